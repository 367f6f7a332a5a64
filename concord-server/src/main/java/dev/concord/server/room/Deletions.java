package dev.concord.server.room;

import dev.concord.crdt.Operation;

/** Is notified when somebody deletes much of a room's text. Called on the room's loop: must be quick, and thread-safe. */
@FunctionalInterface
public interface Deletions {
    /** Keeps nothing. */
    Deletions IGNORED = (context, first, characters) -> {};

    /**
     * Much was deleted in one go.
     *
     * @param context the room
     * @param first the first delete of it; what stood there before is the state of the log right before this one
     * @param characters UTF-16 units that are gone by now
     */
    void deleted(RoomContext context, Operation.Delete first, int characters);
}
