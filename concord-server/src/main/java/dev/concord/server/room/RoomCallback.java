package dev.concord.server.room;

/** Runs in a room, or learns why it cannot. Exactly one method is called, once, on the room's loop. */
public interface RoomCallback {
    /**
     * The room is in memory.
     *
     * @param room the room, to be used in this call and on its loop
     */
    void enter(Room room);

    /**
     * The room cannot be had.
     *
     * @param reason why
     */
    void absent(Absence reason);
}
