package dev.concord.store;

/** An op was not stored because its room does not exist any more, or was created again under another epoch. */
public class RoomGoneException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final String roomId;

    /** Names the room and which of the two it was. */
    public RoomGoneException(String roomId, String problem) {
        super("room '" + roomId + "' " + problem);
        this.roomId = roomId;
    }

    /** The room that the op was meant for. */
    public String roomId() {
        return roomId;
    }
}
