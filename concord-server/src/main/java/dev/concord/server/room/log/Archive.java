package dev.concord.server.room.log;

import dev.concord.crdt.Operation;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a room asks of the store. Everything is done away from the room's loop, and answered once, on any thread. */
interface Archive {

    /** An op of the log. */
    record Logged(long seq, Operation operation) {}

    /** What reading the log gave. */
    sealed interface Later {
        /** Ops that follow the place asked for without a gap; {@code lastSeq} is the log's end. */
        record Ops(List<Logged> ops, long lastSeq) implements Later {}

        /** The ops asked for are in the snapshot only, which covers the log up to {@code seq}. */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record State(byte[] state, long seq) implements Later {}

        /** The room was deleted, and perhaps created again. */
        record Gone(boolean recreated) implements Later {}

        /** The store is away, or what it has cannot be read. */
        record Failed(String reason) implements Later {}
    }

    /**
     * What became of a compaction.
     *
     * @param coveredSeq what the stored snapshot covers now; -1 when it failed
     * @param damage what is damaged in the store, when that is why it failed
     */
    record Compacted(long coveredSeq, @Nullable String damage) {
        boolean failed() {
            return coveredSeq < 0;
        }
    }

    /**
     * Compacts the room's log into its snapshot, from what is stored alone, and removes the ops that the snapshot covers.
     *
     * @param by who edited the room last; empty when not known
     */
    void compact(String roomId, String epoch, String by, Consumer<Compacted> done);

    /**
     * Replaces what is stored, of which something is damaged, by a room's state from memory.
     *
     * @param opSeq the state holds every op up to here
     */
    void replace(String roomId, String epoch, byte[] state, long opSeq, Consumer<Compacted> done);

    /** Reads the log after a place. */
    void read(String roomId, String epoch, long afterSeq, Consumer<Later> done);
}
