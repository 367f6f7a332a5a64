package dev.concord.server.history;

/**
 * Neighbouring text of one author.
 *
 * @param offset UTF-16 units before it
 * @param length UTF-16 units
 * @param site the editing session that wrote it
 */
public record Author(int offset, int length, String site) {}
