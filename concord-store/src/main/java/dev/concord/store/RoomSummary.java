package dev.concord.store;

/**
 * What an operator wants to know of one room.
 *
 * @param roomId the room
 * @param epoch its epoch
 * @param lastSeq of the newest op ever appended; 0 when there was none
 * @param createdAt unix ms
 * @param snapshotSeq the last op that the snapshot covers; 0 when it covers none, or there is no snapshot
 * @param snapshotBytes size of the snapshot; 0 when there is none
 * @param snapshotAt when the snapshot was stored, unix ms; 0 when there is none
 * @param logOps how many ops the log holds
 * @param logBytes their size
 */
public record RoomSummary(
        String roomId,
        String epoch,
        long lastSeq,
        long createdAt,
        long snapshotSeq,
        long snapshotBytes,
        long snapshotAt,
        long logOps,
        long logBytes) {}
