package dev.concord.store.testing;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A store in front of another one whose {@link #append} fails, forgets its answer, or stops, on demand. The other methods
 * pass through. Thread-safe.
 */
public final class FaultyStore extends ForwardingStore {

    /** A commit that an append has come to and that a test lets pass. */
    public static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        private Gate() {}

        /** Returns when an append stands before the gate. */
        public void awaitReached() throws InterruptedException {
            reached.await();
        }

        /** Lets the append through. */
        public void open() {
            open.countDown();
        }

        private void pass() {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException stop) {
                throw new StoreUnavailableException("interrupted", stop);
            }
        }
    }

    private final Queue<Runnable> before = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> after = new ConcurrentLinkedQueue<>();
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    /** In front of this store. */
    public FaultyStore(RoomStore store) {
        super(store);
    }

    /** From now on every append finds the store unavailable, until {@link #comeBack}. */
    public void goAway() {
        away = true;
    }

    /** Ends {@link #goAway}. */
    public void comeBack() {
        away = false;
    }

    /** The next append (or the one after those already planned for) throws this and stores nothing. */
    public void failNext(Throwable fault) {
        before.add(() -> sneak(fault));
    }

    /** The next append stops at a gate before it stores anything. */
    public Gate holdNext() {
        Gate gate = new Gate();
        before.add(gate::pass);
        return gate;
    }

    /** The next append that gets as far as the commit is committed, and its caller hears that the store is unavailable. */
    public void loseNextAnswer() {
        after.add(() -> sneak(new StoreUnavailableException("the answer was lost", null)));
    }

    /** From now on every append with an op of this room is rejected as a whole. */
    public void damage(String roomId) {
        damaged.add(roomId);
    }

    /** The number of ops in each append so far, failed ones included. */
    public List<Integer> attempts() {
        return attempts;
    }

    @Override
    public List<AppendResult> append(BatchId id, List<Append> batch) {
        attempts.add(batch.size());
        run(before.poll());
        if (away) {
            throw new StoreUnavailableException("the store is away", null);
        }
        for (Append append : batch) {
            if (damaged.contains(append.roomId())) {
                throw new CorruptRoomException(append.roomId(), "log", "damaged by the test", null);
            }
        }
        List<AppendResult> results = super.append(id, batch);
        run(after.poll());
        return results;
    }

    private static void run(@Nullable Runnable step) {
        if (step != null) {
            step.run();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }

    @Override
    public void ping() {
        if (away) {
            throw new StoreUnavailableException("the store is away", null);
        }
        super.ping();
    }
}
