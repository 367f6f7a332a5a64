package dev.concord.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes ops durable in group commits. Ops of all rooms go through one queue to one writer thread, which stores whatever
 * has gathered since its last commit in a single transaction: the busier the server, the cheaper each op.
 *
 * <p>Thread-safe, and no method but {@link #close} blocks. Ops that one thread appends are stored in that order.
 *
 * <p><b>When the store is away</b> the writer tries the same batch again, with pauses, until it is stored; what comes
 * later waits for it up to the {@link OpLogLimits}, then {@link #append} refuses. Nothing is reported as stored
 * without a commit. Each batch carries a {@link BatchId} by which the store recognises one that it has committed with
 * only the answer lost, so trying again never stores an op twice.
 *
 * <p><b>When the store rejects a batch for good</b>, its ops are tried again room by room, so that one damaged room fails
 * alone. A room that is notified of such a failure has a log without that op and should be loaded again.
 *
 * <p>Left out on purpose: there is no delay to let a batch grow. The time that a commit takes gathers the next batch.
 */
public final class OpLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpLog.class);
    private static final Duration CLOSING = Duration.ofSeconds(5);
    /** Before the queue is looked at again that could not be taken from. */
    private static final Duration TROUBLE = Duration.ofMillis(10);

    private sealed interface Entry {}

    private record Op(PendingOp pending) implements Entry {}

    /** Ops that share a commit. */
    private record Group(List<PendingOp> pending, long bytes) implements Entry {}

    private record Mark(CompletableFuture<@Nullable Void> reached) implements Entry {}

    /**
     * What {@link OpLog#close(Duration)} could not store.
     *
     * @param ops not known to be durable; 0 when all went well
     * @param bytes their size
     */
    public record Unflushed(int ops, long bytes) {}

    private final OpLogLimits limits;
    private final BatchWriter batches;
    /** Made in time, for a fault that leaves nothing to make it of. */
    private final StoreException failed = new StoreException("the op log failed");

    private final Thread thread;

    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pendingOps = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private volatile boolean idle;
    private volatile boolean closing;
    private volatile boolean abandoned;
    private volatile boolean ended;

    private OpLog(RoomStore store, OpLogLimits limits, Backoff backoff) {
        this.limits = limits;
        this.batches = new BatchWriter(store, backoff, () -> abandoned);
        this.thread = new Thread(this::run, "concord-op-log");
        this.thread.setDaemon(true);
    }

    /** An op log on this store with the default limits and pauses. The store stays the caller's to close, later. */
    public static OpLog start(RoomStore store) {
        return start(store, OpLogLimits.DEFAULT, Backoff.DEFAULT);
    }

    /** An op log on this store. The store stays the caller's to close, after this has been closed. */
    public static OpLog start(RoomStore store, OpLogLimits limits, Backoff backoff) {
        OpLog log = new OpLog(store, limits, backoff);
        log.thread.start();
        return log;
    }

    /**
     * Queues an op. Returns at once; {@code callback} is notified of the outcome.
     *
     * @param op must not be changed afterwards
     * @throws OpLogFullException when too much is waiting; the op was not queued
     * @throws OpLogClosedException when {@link #close} was called; the op was not queued
     */
    public void append(String roomId, String epoch, byte[] op, AppendCallback callback) {
        if (closing) {
            throw new OpLogClosedException();
        }
        // Before it is counted: a count that nobody takes back would be lost for good.
        Entry entry = new Op(new PendingOp(new Append(roomId, epoch, op), callback, () -> release(1, op.length)));
        enqueue(entry, 1, op.length);
    }

    /**
     * Queues ops of one room that are stored in one transaction: all of them or, whatever happens to the process, none. Returns at once;
     * {@code callback} is notified of each.
     *
     * @param ops at least one, and a reasonable number, since their commit makes the other rooms wait; must not be changed afterwards
     * @throws OpLogFullException when too much is waiting; no op was queued
     * @throws OpLogClosedException when {@link #close} was called; no op was queued
     */
    public void appendTogether(String roomId, String epoch, List<byte[]> ops, AppendCallback callback) {
        if (closing) {
            throw new OpLogClosedException();
        }
        long size = 0;
        List<PendingOp> group = new ArrayList<>();
        for (byte[] op : ops) {
            size += op.length;
            group.add(new PendingOp(new Append(roomId, epoch, op), callback, () -> release(1, op.length)));
        }
        enqueue(new Group(group, size), group.size(), size);
    }

    /** Counts an entry and queues it; what is not queued is not counted. */
    private void enqueue(Entry entry, int ops, long bytes) {
        int allOps = pendingOps.addAndGet(ops);
        long allBytes = pendingBytes.addAndGet(bytes);
        if (allOps > limits.pendingOps() || allBytes > limits.pendingBytes()) {
            release(ops, bytes);
            throw new OpLogFullException(allOps - ops, allBytes - bytes);
        }
        boolean offered = false;
        try {
            offered = offer(entry);
        } finally {
            if (!offered) {
                release(ops, bytes);
            }
        }
        if (!offered) {
            throw new OpLogClosedException();
        }
    }

    /**
     * Completes when every op appended before it is durable, or its callback was notified why not. Completes with an {@link
     * OpLogClosedException} when the log is closed without getting there. It is completed by the writer thread: continue
     * elsewhere.
     */
    public CompletableFuture<@Nullable Void> flush() {
        CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();
        if (!offer(new Mark(reached))) {
            reached.completeExceptionally(new OpLogClosedException());
        }
        return reached;
    }

    /** How many ops wait for their commit, those of the commit under way included. */
    public int pendingOps() {
        return pendingOps.get();
    }

    /** The size of the waiting ops, in bytes. */
    public long pendingBytes() {
        return pendingBytes.get();
    }

    /** False from an attempt that found the store unavailable until one that got an answer, and once closed. */
    public boolean healthy() {
        return batches.healthy() && !ended;
    }

    /** The newest failure of the store, which may be long past: see {@link #healthy}. */
    public Optional<StoreException> lastFailure() {
        return Optional.ofNullable(batches.lastFailure());
    }

    /** As {@link #close(Duration)} with 5 seconds; what could not be flushed is logged. */
    @Override
    public void close() {
        Unflushed left = close(CLOSING);
        if (left.ops() > 0) {
            LOG.error("closed with {} ops ({} bytes) not known to be stored", left.ops(), left.bytes());
        }
    }

    /**
     * Refuses further ops and stores those that wait; blocks until that is done, at most for {@code deadline}. What is
     * left then fails with an {@link OpLogClosedException}, unless the store never returns from the commit under way.
     * Closing twice is harmless.
     *
     * @throws IllegalStateException when called by a callback, which would wait for itself
     */
    public Unflushed close(Duration deadline) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("an op log can't be closed by its own writer thread");
        }
        closing = true;
        LockSupport.unpark(thread);
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, deadline.toNanos());
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
        Unflushed left = new Unflushed(pendingOps(), pendingBytes());
        abandoned = true;
        LockSupport.unpark(thread);
        return left;
    }

    private void release(int ops, long bytes) {
        pendingOps.addAndGet(-ops);
        pendingBytes.addAndGet(-bytes);
    }

    /** False when the writer has ended and will not see the entry. */
    private boolean offer(Entry entry) {
        queue.add(entry);
        if (ended && queue.remove(entry)) {
            return false;
        }
        if (idle) {
            LockSupport.unpark(thread);
        }
        return true;
    }

    private void run() {
        List<Entry> batch = new ArrayList<>();
        try {
            while (!abandoned) {
                tryToFill(batch);
                if (!batch.isEmpty()) {
                    tryToStore(batch);
                    batch.clear();
                } else if (closing && queue.isEmpty()) {
                    break;
                } else {
                    awaitWork();
                }
            }
        } finally {
            closing = true;
            // From here on whoever offers an entry takes it back, unless it is found here.
            ended = true;
            for (Entry next = queue.poll(); next != null; next = queue.poll()) {
                batch.add(next);
            }
            batch.forEach(OpLog::abandon);
        }
    }

    private void awaitWork() {
        idle = true;
        if (queue.isEmpty() && !closing) {
            LockSupport.park(this);
        }
        idle = false;
    }

    /** What there is no memory for stays in the queue, and what was taken already is stored. */
    private void tryToFill(List<Entry> batch) {
        try {
            fill(batch);
        } catch (RuntimeException | Error fault) {
            report("the next batch could not be taken whole", fault);
            LockSupport.parkNanos(this, TROUBLE.toNanos());
        }
    }

    private void fill(List<Entry> batch) {
        int ops = 0;
        long bytes = 0;
        for (Entry next = queue.peek(); next != null; next = queue.peek()) {
            if (next instanceof Op op) {
                bytes += op.pending().bytes();
                if (ops >= limits.batchOps() || (ops > 0 && bytes > limits.batchBytes())) {
                    return;
                }
                ops++;
            } else if (next instanceof Group group) {
                bytes += group.bytes();
                int together = ops + group.pending().size();
                if (ops > 0 && (together > limits.batchOps() || bytes > limits.batchBytes())) {
                    return;
                }
                ops = together;
            }
            // In this order, so that nothing is in neither when there is no memory for it.
            batch.add(next);
            queue.remove();
        }
    }

    /** A fault of its own costs this batch and not the log: whoever waits for it is notified, and the next one is stored. */
    private void tryToStore(List<Entry> batch) {
        try {
            store(batch);
        } catch (RuntimeException | Error fault) {
            StoreException reason = reasonOf(fault);
            for (Entry entry : batch) {
                if (entry instanceof Mark mark) {
                    mark.reached().complete(null);
                } else {
                    fail(entry, reason);
                }
            }
            report("a batch could not be handled", fault);
        }
    }

    private StoreException reasonOf(Throwable fault) {
        try {
            return new StoreException("the op log failed: " + fault, fault);
        } catch (RuntimeException | Error unloggable) {
            return failed;
        }
    }

    /** Nothing that is only said may end the writer. */
    private static void report(String what, Throwable fault) {
        try {
            LOG.error(what, fault);
        } catch (RuntimeException | Error unloggable) {
            // As when memory is short.
        }
    }

    private void store(List<Entry> batch) {
        List<PendingOp> ops = new ArrayList<>();
        for (Entry entry : batch) {
            if (entry instanceof Op op) {
                ops.add(op.pending());
            } else if (entry instanceof Group group) {
                ops.addAll(group.pending());
            }
        }
        if (!ops.isEmpty()) {
            batches.write(ops);
        }
        for (Entry entry : batch) {
            if (abandoned) {
                abandon(entry);
            } else if (entry instanceof Mark mark) {
                mark.reached().complete(null);
            }
        }
    }

    private static void abandon(Entry entry) {
        if (entry instanceof Mark mark) {
            mark.reached().completeExceptionally(new OpLogClosedException());
        } else {
            fail(entry, new OpLogClosedException());
        }
    }

    private static void fail(Entry entry, StoreException reason) {
        if (entry instanceof Op op) {
            op.pending().failed(reason);
        } else if (entry instanceof Group group) {
            for (PendingOp op : group.pending()) {
                op.failed(reason);
            }
        }
    }
}
