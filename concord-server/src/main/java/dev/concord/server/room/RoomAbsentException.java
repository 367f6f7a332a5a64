package dev.concord.server.room;

/** A room cannot be had; see {@link RoomDirectory#call}. */
public final class RoomAbsentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Absence reason;

    RoomAbsentException(String roomId, Absence reason) {
        super("room " + roomId + " is " + (reason == Absence.MISSING ? "missing" : "unavailable"), null, false, false);
        this.reason = reason;
    }

    /**
     * Why the room cannot be had.
     *
     * @return the reason
     */
    public Absence reason() {
        return reason;
    }
}
