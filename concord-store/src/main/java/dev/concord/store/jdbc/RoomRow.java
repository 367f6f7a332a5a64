package dev.concord.store.jdbc;

/** A row of {@code rooms}. */
record RoomRow(String epoch, long lastSeq) {}
