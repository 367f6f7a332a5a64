package dev.concord.store.testing;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.ForwardingStore;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.testing.Faults;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A store in front of another one whose {@link #append} fails, forgets its answer, or stops, on demand. The other methods
 * pass through. Thread-safe.
 */
public final class FaultyStore extends ForwardingStore {
    private final Faults faults = new Faults();
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
        faults.failNext(fault);
    }

    /** The next append stops at a gate before it stores anything. */
    public Faults.Gate holdNext() {
        return faults.holdNext();
    }

    /** The next append that gets as far as the commit is committed, and its caller gets the error that the store is unavailable. */
    public void loseNextAnswer() {
        faults.loseNextAnswer(new StoreUnavailableException("the answer was lost", null));
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
        return faults.call(() -> {
            if (away) {
                throw new StoreUnavailableException("the store is away", null);
            }
            for (Append append : batch) {
                if (damaged.contains(append.roomId())) {
                    throw new CorruptRoomException(append.roomId(), "log", "damaged by the test", null);
                }
            }
            return super.append(id, batch);
        });
    }
}
