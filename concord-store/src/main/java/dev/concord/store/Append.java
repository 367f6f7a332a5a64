package dev.concord.store;

import java.util.Objects;

/** One op on its way into a room's log. The bytes are not copied and must not be changed afterwards. */
public final class Append {
    private final String roomId;
    private final String epoch;
    private final byte[] op;

    /** An op for the room {@code roomId}, valid only while the room has the epoch {@code epoch}. */
    public Append(String roomId, String epoch, byte[] op) {
        this.roomId = Objects.requireNonNull(roomId, "roomId");
        this.epoch = Objects.requireNonNull(epoch, "epoch");
        this.op = Objects.requireNonNull(op, "op");
    }

    /** The room. */
    public String roomId() {
        return roomId;
    }

    /** The epoch that the op belongs to. */
    public String epoch() {
        return epoch;
    }

    /** The encoded op; the same array each time. */
    public byte[] op() {
        return op;
    }

    @Override
    public String toString() {
        return "Append[" + roomId + ", " + op.length + " bytes]";
    }
}
