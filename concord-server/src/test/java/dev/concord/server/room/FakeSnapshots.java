package dev.concord.server.room;

import dev.concord.store.RoomStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Snapshots that are stored, or not, when the test says. */
final class FakeSnapshots implements SnapshotWriter {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Fold(String roomId, String epoch, byte[] state, long opSeq, Consumer<Boolean> done) {}

    /** Folds that have begun and not ended. */
    final Deque<Fold> begun = new ArrayDeque<>();

    private final RoomStore store;
    int writes;

    FakeSnapshots(RoomStore store) {
        this.store = store;
    }

    @Override
    public void write(String roomId, String epoch, byte[] state, long opSeq, Consumer<Boolean> done) {
        writes++;
        begun.add(new Fold(roomId, epoch, state, opSeq, done));
    }

    /** Stores the oldest fold, prunes, and tells. */
    void store() {
        Fold fold = begun.remove();
        store.saveSnapshot(fold.roomId(), fold.epoch(), fold.state(), fold.opSeq());
        store.prune(fold.roomId());
        fold.done().accept(true);
    }

    /** Fails the oldest fold. */
    void fail() {
        begun.remove().done().accept(false);
    }
}
