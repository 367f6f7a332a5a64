package dev.concord.server.room;

/**
 * A room as scripts see it.
 *
 * @param room its id
 * @param text the visible text
 * @param length of the text in UTF-16 units
 * @param opSeq the place in the op log up to which it is durable
 * @param digest SHA-256 of the canonical state, in hex
 * @param epoch names this history of the room
 */
public record RoomView(String room, String text, int length, long opSeq, String digest, String epoch) {}
