package dev.concord.store;

import java.util.List;

/** What {@link RoomStore#read} found of a room's log. */
public sealed interface LogPage {

    /**
     * Ops that follow the place asked for, without a gap.
     *
     * @param ops ascending; empty when nothing has been appended since. Fewer than there are when the page is full
     * @param lastSeq of the newest op in the log at that moment
     */
    record Ops(List<StoredOp> ops, long lastSeq) implements LogPage {
        /** Copies the list. */
        public Ops {
            ops = List.copyOf(ops);
        }
    }

    /**
     * The ops asked for were compacted into the snapshot and removed: {@link RoomStore#load} gives the snapshot, which contains them.
     *
     * @param snapshotSeq the last op that the snapshot covers
     */
    record Pruned(long snapshotSeq) implements LogPage {}

    /** There is no such room. */
    record NoSuchRoom() implements LogPage {}

    /** The room exists with another epoch. */
    record OtherEpoch() implements LogPage {}
}
