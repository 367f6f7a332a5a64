package dev.concord.server.room.peers;

import dev.concord.wire.Message;
import org.jspecify.annotations.Nullable;

/**
 * What one server instance sends the others that have the same room in memory: a message as on the WebSocket, and who sends it.
 *
 * @param source names the instance; unique among all that run
 * @param target the one instance that is meant, null for all
 * @param epoch the history of the room that the message belongs to; empty when the source did not say
 * @param member names a connection of the source, for presence; empty for everything else
 * @param message {@link Message.Op}, {@link Message.Presence}, or {@link Message.Sync} with an empty state: what the source has
 */
record BusMessage(String source, @Nullable String target, String epoch, String member, Message message) {}
