package dev.concord.server.room;

import java.util.function.Consumer;

/** Stores snapshots away from the edit path. */
interface SnapshotWriter {
    /**
     * Stores a room's state, then removes the ops that it covers.
     *
     * @param opSeq the last op that the state covers for certain
     * @param done told on any thread: whether it was stored
     */
    void write(String roomId, String epoch, byte[] state, long opSeq, Consumer<Boolean> done);
}
