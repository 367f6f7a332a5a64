package dev.concord.store;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Everything needed to bring one room back into memory, as it was at one moment. */
public final class StoredRoom {
    private final String epoch;
    private final byte @Nullable [] state;
    private final long stateSeq;
    private final List<StoredOp> ops;

    /** A snapshot ({@code null} when there is none yet, {@code stateSeq} then 0) and the ops after it, ascending. */
    public StoredRoom(String epoch, byte @Nullable [] state, long stateSeq, List<StoredOp> ops) {
        this.epoch = Objects.requireNonNull(epoch, "epoch");
        this.state = state;
        this.stateSeq = stateSeq;
        this.ops = List.copyOf(ops);
    }

    /** The room's epoch. */
    public String epoch() {
        return epoch;
    }

    /** The newest snapshot, or {@code null} for a room that has none; the same array each time, the caller's own. */
    public byte @Nullable [] state() {
        return state;
    }

    /** The last op that the snapshot covers; 0 when it covers none. */
    public long stateSeq() {
        return stateSeq;
    }

    /** The ops after the snapshot, without a gap: {@code stateSeq() + 1} to {@code lastSeq()}. */
    public List<StoredOp> ops() {
        return ops;
    }

    /** The place of the newest op ever appended to the room; 0 when there was none. */
    public long lastSeq() {
        return stateSeq + ops.size();
    }

    @Override
    public String toString() {
        return "StoredRoom[epoch " + epoch + ", snapshot at " + stateSeq + ", " + ops.size() + " ops after it]";
    }
}
