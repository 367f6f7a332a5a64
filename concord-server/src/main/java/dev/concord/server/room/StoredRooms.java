package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.store.StoredRoom;

/** Makes documents of stored rooms, for those who work on the store and not on rooms in memory. */
public final class StoredRooms {
    private StoredRooms() {}

    /**
     * The document that a stored room is.
     *
     * @param roomId the room
     * @param stored its snapshot and the ops after it
     * @param site of the new replica
     * @return a document of the caller's own
     * @throws dev.concord.store.CorruptRoomException when a row cannot be decoded
     */
    public static Document document(String roomId, StoredRoom stored, String site) {
        return Replay.of(roomId, stored, site);
    }
}
