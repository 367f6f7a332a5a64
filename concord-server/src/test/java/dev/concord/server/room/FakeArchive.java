package dev.concord.server.room;

import dev.concord.server.config.HistoryLimits;
import dev.concord.store.RoomStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The archive on a store, whose work is done, or fails, when the test says. */
final class FakeArchive implements Archive {
    private record Fold(Consumer<Folded> done, Runnable work) {}

    private final StoreArchive archive;
    /** Folds that have begun and not ended. */
    private final Deque<Fold> folds = new ArrayDeque<>();
    /** Reads of the log that have begun and not ended. */
    private final Deque<Runnable> reads = new ArrayDeque<>();

    int writes;
    int mended;

    FakeArchive(RoomStore store) {
        archive = new StoreArchive(store, Runnable::run, () -> "archive", HistoryLimits.DEFAULT, room -> {});
    }

    @Override
    public void fold(String roomId, String epoch, Consumer<Folded> done) {
        writes++;
        folds.add(new Fold(done, () -> archive.fold(roomId, epoch, done)));
    }

    @Override
    public void mend(String roomId, String epoch, byte[] state, long opSeq, Consumer<Folded> done) {
        mended++;
        archive.mend(roomId, epoch, state, opSeq, done);
    }

    @Override
    public void read(String roomId, String epoch, long afterSeq, Consumer<Later> done) {
        reads.add(() -> archive.read(roomId, epoch, afterSeq, done));
    }

    boolean isFolding() {
        return !folds.isEmpty();
    }

    boolean isReading() {
        return !reads.isEmpty();
    }

    /** Does the work of the oldest fold. */
    void store() {
        folds.remove().work().run();
    }

    /** Fails the oldest fold. */
    void fail() {
        folds.remove().done().accept(new Folded(-1, null));
    }

    /** Fails the oldest fold with a damaged row. */
    void findDamage(String row) {
        folds.remove().done().accept(new Folded(-1, row));
    }

    /** Does the oldest read. */
    void read() {
        reads.remove().run();
    }
}
