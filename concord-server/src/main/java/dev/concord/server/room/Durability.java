package dev.concord.server.room;

import dev.concord.store.AppendCallback;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogClosedException;
import dev.concord.store.OpLogFullException;
import dev.concord.store.StoreException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the ops of one room to the op log and counts what became of them. Ops are numbered from 1 as they are appended, and become durable in
 * that order. On the room's loop; the op log calls back on its own thread, and that hands over.
 */
final class Durability {
    private static final Logger LOG = LoggerFactory.getLogger(Durability.class);

    /** Is called on the room's loop. */
    interface Listener {
        /** More ops are durable. */
        void durable();

        /** An op could not be stored: the log has not what the document has. */
        void failed(StoreException reason);
    }

    private final RoomContext context;
    private final OpLog opLog;
    private final Listener listener;
    private final OwnCommits commits = new OwnCommits();
    private final AppendCallback callback = new Callback();

    private long appended;
    /** As of the last look at what stands. */
    private boolean waitedBefore;

    private long reachedBefore;
    /** Of those, how many are durable, up to the first that failed; written by the op log's thread. */
    private final AtomicLong durable = new AtomicLong();
    /** Of those, how many the op log has done with; written by the op log's thread. */
    private final AtomicLong settled = new AtomicLong();
    /** At least 0 while the loop has a task that makes known what became durable. */
    private final AtomicLong announced = new AtomicLong(-1);
    /** Whether one of them failed; the op log's thread alone touches it. */
    private boolean broken;
    /** What the loop has refused to run; {@link #watch} runs it. */
    private final AtomicReference<@Nullable Runnable> refused = new AtomicReference<>();

    Durability(RoomContext context, OpLog opLog, Listener listener) {
        this.context = context;
        this.opLog = opLog;
        this.listener = listener;
    }

    /** Hands an op to the log; false when the log takes none. */
    boolean append(byte[] operation) {
        try {
            opLog.append(context.id(), context.epoch(), operation, callback);
        } catch (OpLogFullException | OpLogClosedException e) {
            return false;
        } catch (RuntimeException | Error fault) {
            return lost(fault);
        }
        appended++;
        return true;
    }

    /** Hands ops to the log that become durable together; false when the log takes none. */
    boolean appendTogether(List<byte[]> operations) {
        try {
            opLog.appendTogether(context.id(), context.epoch(), operations, callback);
        } catch (OpLogFullException | OpLogClosedException e) {
            return false;
        } catch (RuntimeException | Error fault) {
            return lost(fault);
        }
        appended += operations.size();
        return true;
    }

    /** Nobody knows whether the log has these ops, so no later one could be counted rightly. */
    private boolean lost(Throwable fault) {
        listener.failed(new StoreException("the op log failed: " + fault, fault));
        return false;
    }

    /** The number of the op that was appended last. */
    long appended() {
        return appended;
    }

    /** The number up to which all ops are durable. */
    long durable() {
        return durable.get();
    }

    /** Whether every op is durable. */
    boolean isComplete() {
        return appended == durable.get();
    }

    /** Ops that the log has not done with: when there are none, the stored rows stand still. */
    long unsettled() {
        return appended - settled.get();
    }

    /** Says when ops wait to become durable and none has since the last call; and runs what the loop has refused. */
    void watch() {
        Runnable late = refused.get() == null ? null : refused.getAndSet(null);
        if (late != null) {
            late.run();
        }
        long reached = durable.get();
        long waiting = appended - reached;
        if (waitedBefore && waiting > 0 && reached == reachedBefore) {
            LOG.atWarn()
                    .addKeyValue("room", context.id())
                    .addKeyValue("ops", waiting)
                    .log("edits wait to become durable, and none has since the last look");
        }
        waitedBefore = waiting > 0;
        reachedBefore = reached;
    }

    /** Where in the log the durable ones are. */
    OwnCommits commits() {
        return commits;
    }

    private void announce() {
        announced.set(-1);
        listener.durable();
    }

    /** Called on the op log's thread, in the order of appending. */
    private final class Callback implements AppendCallback {
        @Override
        public void stored(long seq) {
            settled.incrementAndGet();
            if (broken) {
                // Behind a gap: counting it would acknowledge the op that is missing.
                return;
            }
            commits.add(seq);
            long reached = durable.incrementAndGet();
            // One task for all that becomes durable before it runs.
            if (announced.getAndSet(reached) < 0) {
                announceLater();
            }
        }

        private void announceLater() {
            if (!handOver(Durability.this::announce)) {
                // The next op that becomes durable asks the loop again.
                announced.set(-1);
            }
        }

        /** A loop that has ended refuses everything, and the op log has other rooms to serve. */
        private boolean handOver(Runnable task) {
            try {
                context.loop().execute(task);
                return true;
            } catch (RuntimeException | Error fault) {
                refused.set(task);
                LOG.atDebug().addKeyValue("room", context.id()).setCause(fault).log("the loop takes no task now");
                return false;
            }
        }

        @Override
        public void failed(StoreException reason) {
            settled.incrementAndGet();
            broken = true;
            handOver(() -> listener.failed(reason));
        }
    }
}
