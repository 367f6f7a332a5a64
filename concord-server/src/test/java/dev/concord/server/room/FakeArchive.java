package dev.concord.server.room;

import dev.concord.server.config.HistoryLimits;
import dev.concord.store.RoomStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The archive on a store, whose work is done, or fails, when the test says. */
final class FakeArchive implements Archive {
    private record Compaction(Consumer<Compacted> done, Runnable work) {}

    private final StoreArchive archive;
    /** Compacts that have begun and not ended. */
    private final Deque<Compaction> compactions = new ArrayDeque<>();
    /** Reads of the log that have begun and not ended. */
    private final Deque<Runnable> reads = new ArrayDeque<>();

    int writes;
    int replaced;

    FakeArchive(RoomStore store) {
        archive = new StoreArchive(store, Runnable::run, () -> "archive", HistoryLimits.DEFAULT, room -> {});
    }

    @Override
    public void compact(String roomId, String epoch, Consumer<Compacted> done) {
        writes++;
        compactions.add(new Compaction(done, () -> archive.compact(roomId, epoch, done)));
    }

    @Override
    public void replace(String roomId, String epoch, byte[] state, long opSeq, Consumer<Compacted> done) {
        replaced++;
        archive.replace(roomId, epoch, state, opSeq, done);
    }

    @Override
    public void read(String roomId, String epoch, long afterSeq, Consumer<Later> done) {
        reads.add(() -> archive.read(roomId, epoch, afterSeq, done));
    }

    boolean isCompacting() {
        return !compactions.isEmpty();
    }

    boolean isReading() {
        return !reads.isEmpty();
    }

    /** Does the work of the oldest compaction. */
    void store() {
        compactions.remove().work().run();
    }

    /** Fails the oldest compaction. */
    void fail() {
        compactions.remove().done().accept(new Compacted(-1, null));
    }

    /** Fails the oldest compaction with a damaged row. */
    void findDamage(String row) {
        compactions.remove().done().accept(new Compacted(-1, row));
    }

    /** Does the oldest read. */
    void read() {
        reads.remove().run();
    }
}
