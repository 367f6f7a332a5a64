package dev.concord.store;

/**
 * Where a room's log stands.
 *
 * @param epoch the room's epoch
 * @param lastSeq of the newest op ever appended; 0 when there was none
 * @param snapshotSeq the last op that the stored snapshot covers; 0 when it covers none, or there is no snapshot
 */
public record RoomHead(String epoch, long lastSeq, long snapshotSeq) {}
