package dev.concord.server.room.log;

import dev.concord.server.config.HistoryLimits;
import dev.concord.server.room.RoomLogs;
import dev.concord.store.RoomStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The archive on a store, whose work is done, or fails, when the test says. */
public final class FakeArchive implements Archive {
    private record Compaction(Consumer<Compacted> done, Runnable work) {}

    private final StoreArchive archive;
    /** Compactions that have begun and not ended. */
    private final Deque<Compaction> compactions = new ArrayDeque<>();
    /** Reads of the log that have begun and not ended. */
    private final Deque<Runnable> reads = new ArrayDeque<>();

    /** Is run at each call before anything is done, and may throw. */
    public Runnable fault = () -> {};

    public int writes;
    public int replaced;

    public FakeArchive(RoomStore store) {
        archive = new StoreArchive(store, Runnable::run, () -> "archive", HistoryLimits.DEFAULT, room -> {});
    }

    /** Logs whose archive this is. */
    public RoomLogs logs() {
        return new StoreLogs(this);
    }

    @Override
    public void compact(String roomId, String epoch, String by, Consumer<Compacted> done) {
        fault.run();
        writes++;
        compactions.add(new Compaction(done, () -> archive.compact(roomId, epoch, by, done)));
    }

    @Override
    public void replace(String roomId, String epoch, byte[] state, long opSeq, Consumer<Compacted> done) {
        replaced++;
        archive.replace(roomId, epoch, state, opSeq, done);
    }

    @Override
    public void read(String roomId, String epoch, long afterSeq, Consumer<Later> done) {
        fault.run();
        reads.add(() -> archive.read(roomId, epoch, afterSeq, done));
    }

    public boolean isCompacting() {
        return !compactions.isEmpty();
    }

    public boolean isReading() {
        return !reads.isEmpty();
    }

    /** Does the work of the oldest compaction. */
    public void store() {
        compactions.remove().work().run();
    }

    /** Fails the oldest compaction. */
    public void fail() {
        compactions.remove().done().accept(new Compacted(-1, null));
    }

    /** Fails the oldest compaction with a damaged row. */
    public void findDamage(String row) {
        compactions.remove().done().accept(new Compacted(-1, row));
    }

    /** Does the oldest read. */
    public void read() {
        reads.remove().run();
    }
}
