package dev.concord.server.room;

import dev.concord.wire.Message;

/**
 * What a member shows, written once for all who get it.
 *
 * @param presence the presence
 * @param json its message, UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Shown(Message.Presence presence, byte[] json) {}
