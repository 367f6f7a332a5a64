package dev.concord.store;

import org.jspecify.annotations.Nullable;

/**
 * What is stored for one room is damaged: a checksum does not match, an op is missing from the sequence, or the database
 * cannot read the row. Other rooms are not concerned. The room must be refused, and nothing written over it.
 */
public class CorruptRoomException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final String roomId;
    private final String row;

    /** Names the room, the damaged row ({@code "snapshot"}, {@code "op 17"}, …) and what is wrong with it. */
    public CorruptRoomException(String roomId, String row, String problem, @Nullable Throwable cause) {
        super("room '" + roomId + "' cannot be read: " + row + ": " + problem, cause);
        this.roomId = roomId;
        this.row = row;
    }

    /** The damaged room. */
    public String roomId() {
        return roomId;
    }

    /** The damaged row, for people. */
    public String row() {
        return row;
    }
}
