package dev.concord.store.testing;

import dev.concord.store.AiRuns;
import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.Embeddings;
import dev.concord.store.LogPage;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import dev.concord.store.Versions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
public final class FaultyStore implements RoomStore {

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

    private final RoomStore store;
    private final Queue<Runnable> before = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> after = new ConcurrentLinkedQueue<>();
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    /** In front of this store. */
    public FaultyStore(RoomStore store) {
        this.store = store;
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
        List<AppendResult> results = store.append(id, batch);
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
    public boolean create(String roomId, String epoch, byte @Nullable [] initialState) {
        return store.create(roomId, epoch, initialState);
    }

    @Override
    public Optional<StoredRoom> load(String roomId) {
        return store.load(roomId);
    }

    @Override
    public boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
        return store.saveSnapshot(roomId, epoch, state, opSeq);
    }

    @Override
    public LogPage read(String roomId, String epoch, long afterSeq, int most) {
        return store.read(roomId, epoch, afterSeq, most);
    }

    @Override
    public Map<String, RoomHead> heads(Collection<String> roomIds) {
        return store.heads(roomIds);
    }

    @Override
    public List<RoomSummary> rooms(String after, int most) {
        return store.rooms(after, most);
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public int prune(String roomId, long keepAfter) {
        return store.prune(roomId, keepAfter);
    }

    @Override
    public boolean delete(String roomId) {
        return store.delete(roomId);
    }

    @Override
    public Versions versions() {
        return store.versions();
    }

    @Override
    public AiRuns aiRuns() {
        return store.aiRuns();
    }

    @Override
    public Embeddings embeddings() {
        return store.embeddings();
    }

    @Override
    public void ping() {
        if (away) {
            throw new StoreUnavailableException("the store is away", null);
        }
        store.ping();
    }

    @Override
    public void close() {
        store.close();
    }
}
