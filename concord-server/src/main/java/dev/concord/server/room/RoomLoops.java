package dev.concord.server.room;

/** Gives every room its loop, always the same one for the same room. */
public interface RoomLoops {
    /**
     * The loop of a room.
     *
     * @param roomId the room
     * @return its loop
     */
    RoomLoop of(String roomId);
}
