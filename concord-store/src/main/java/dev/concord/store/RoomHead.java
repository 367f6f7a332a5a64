package dev.concord.store;

/**
 * How far a room's log goes.
 *
 * @param epoch the room's epoch
 * @param lastSeq of the newest op ever appended; 0 when there was none
 * @param snapshotSeq the last op that the stored snapshot covers; 0 when it covers none, or there is no snapshot
 */
public record RoomHead(String epoch, long lastSeq, long snapshotSeq) {}
