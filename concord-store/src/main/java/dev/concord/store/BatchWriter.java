package dev.concord.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one batch after another to the store until each of its ops is settled. Used by one thread; {@link #healthy} and
 * {@link #lastFailure} may be read by any.
 */
final class BatchWriter {
    private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

    private final RoomStore store;
    private final Backoff backoff;
    private final BooleanSupplier abandoned;
    private final String name = UUID.randomUUID().toString();
    private long batches;

    private volatile boolean healthy = true;
    private volatile @Nullable StoreException lastFailure;

    /** Gives up, with ops unsettled, once {@code abandoned}; unpark the thread to have that noticed during a pause. */
    BatchWriter(RoomStore store, Backoff backoff, BooleanSupplier abandoned) {
        this.store = store;
        this.backoff = backoff;
        this.abandoned = abandoned;
    }

    boolean healthy() {
        return healthy;
    }

    @Nullable
    StoreException lastFailure() {
        return lastFailure;
    }

    void write(List<PendingOp> ops) {
        List<Append> batch = ops.stream().map(PendingOp::append).toList();
        // One id for all attempts, and no other batch in between: that is what lets the store recognise a repetition.
        BatchId id = new BatchId(name, ++batches);
        for (int failures = 0; !abandoned.getAsBoolean(); pauseAfter(failures)) {
            try {
                List<AppendResult> results = store.append(id, batch);
                answered(failures);
                if (results.size() != ops.size()) {
                    throw new IllegalStateException(results.size() + " answers to " + ops.size() + " ops");
                }
                for (int i = 0; i < results.size(); i++) {
                    settle(ops.get(i), results.get(i));
                }
                return;
            } catch (StoreUnavailableException away) {
                failures++;
                unavailable(away, failures);
            } catch (Error fault) {
                // Out of memory, perhaps in the midst of a commit: as unknown as an answer that never came.
                failures++;
                unavailable(new StoreUnavailableException("the store failed: " + fault, fault), failures);
            } catch (RuntimeException rejected) {
                answered(failures);
                settleRejected(ops, rejected);
                return;
            }
        }
    }

    private static void settle(PendingOp op, AppendResult result) {
        if (result instanceof AppendResult.Stored stored) {
            op.stored(stored.seq());
        } else {
            String problem = result instanceof AppendResult.OtherEpoch ? "has another epoch now" : "does not exist";
            op.failed(new RoomGoneException(op.append().roomId(), problem));
        }
    }

    private void settleRejected(List<PendingOp> ops, RuntimeException rejected) {
        Map<String, List<PendingOp>> rooms = ops.stream()
                .collect(Collectors.groupingBy(op -> op.append().roomId(), LinkedHashMap::new, Collectors.toList()));
        if (rooms.size() > 1) {
            rooms.values().forEach(this::write);
            return;
        }
        StoreException reason = rejected instanceof StoreException known
                ? known
                : new StoreException("the store failed unexpectedly: " + rejected, rejected);
        lastFailure = reason;
        LOG.error(
                "{} ops of room '{}' cannot be stored",
                ops.size(),
                ops.get(0).append().roomId(),
                reason);
        ops.forEach(op -> op.failed(reason));
    }

    private void unavailable(StoreUnavailableException away, int failures) {
        lastFailure = away;
        healthy = false;
        if (failures == 1) {
            LOG.warn("the store is unavailable, edits wait to become durable", away);
        }
    }

    private void answered(int failures) {
        healthy = true;
        if (failures > 0) {
            LOG.info("the store is available again, after {} failed attempts", failures);
        }
    }

    private void pauseAfter(int failures) {
        long end = System.nanoTime() + backoff.nanosAfter(failures);
        for (long left = end - System.nanoTime();
                left > 0 && !abandoned.getAsBoolean();
                left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }
}
