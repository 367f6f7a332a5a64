package dev.concord.server.room;

import dev.concord.crdt.Document;

/** A room as its wings see it; each port extends this by what its own wing may do. Called on the room's loop only. */
public interface RoomHost {
    /**
     * The room's document.
     *
     * @return the room's own, to be read only
     */
    Document document();

    /**
     * Who edited the room last, of its members here.
     *
     * @return the user's id; empty where the server knows nobody
     */
    String lastEditor();

    /**
     * Whether the room has left memory.
     *
     * @return true from then on
     */
    boolean isClosed();
}
