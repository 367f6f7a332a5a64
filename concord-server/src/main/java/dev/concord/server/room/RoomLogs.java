package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.store.StoredRoom;
import java.util.function.Consumer;

/** The stored side of rooms: makes documents of it, and follows the log of each room in memory. Thread-safe. */
public interface RoomLogs {
    /**
     * Makes the document that a stored room is.
     *
     * @param roomId the room
     * @param stored its snapshot and the ops after it
     * @return a document of the caller's own
     * @throws dev.concord.store.CorruptRoomException when a row cannot be decoded
     */
    Document load(String roomId, StoredRoom stored);

    /**
     * Follows a room's log.
     *
     * @param context the room's
     * @param host the room
     * @param own the places in the log that the room's own ops were given
     * @param stored what the room's document was made of
     * @return the log, to be used on the room's loop
     */
    RoomLog follow(RoomContext context, RoomLog.Host host, OwnCommits own, StoredRoom stored);

    /**
     * Names who is to be notified of each snapshot that is stored from now on.
     *
     * @param listener gets the room's id on an I/O thread; must be quick
     */
    void onSnapshot(Consumer<String> listener);
}
