package dev.concord.yjs.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What stands in the frames of Hocuspocus after the address of a document. See {@link Hocuspocus}. A server takes from clients
 * {@link SyncMessage}, {@link SyncReply}, {@link AwarenessUpdate}, {@link QueryAwareness}, {@link Token}, {@link Stateless} and
 * {@link Close}; the others are its own to send, and those of {@link BroadcastStateless} must be refused.
 *
 * <p>Immutable.
 */
public sealed interface HocuspocusMessage
        permits AwarenessUpdate,
                HocuspocusMessage.Authenticated,
                HocuspocusMessage.BroadcastStateless,
                HocuspocusMessage.Close,
                HocuspocusMessage.Stateless,
                HocuspocusMessage.SyncReply,
                HocuspocusMessage.SyncStatus,
                HocuspocusMessage.Token,
                HocuspocusMessage.TokenRequest,
                PermissionDenied,
                QueryAwareness,
                SyncMessage,
                UnknownMessage {
    /**
     * As the message in it, but a state vector in it asks for a difference only, not for the receiver's state vector in return.
     *
     * @param message the message
     */
    record SyncReply(SyncMessage message) implements HocuspocusMessage {}

    /**
     * From a client: its token, first of all for each document, and again when it is asked for.
     *
     * @param token what the application gave; empty when it has none
     * @param version of the provider; null before 4.0, which did not send it
     */
    record Token(String token, @Nullable String version) implements HocuspocusMessage {}

    /** From a server: send the token again. */
    record TokenRequest() implements HocuspocusMessage {}

    /**
     * From a server: the client is let in.
     *
     * @param mayWrite false for a client that may only read
     */
    record Authenticated(boolean mayWrite) implements HocuspocusMessage {}

    /**
     * A message of the application's, in both directions.
     *
     * @param payload any text
     */
    record Stateless(String payload) implements HocuspocusMessage {}

    /**
     * Between servers: a message of the application's for everybody. Never to be taken from a client, which could reach all others with
     * it past the application.
     *
     * @param payload any text
     */
    record BroadcastStateless(String payload) implements HocuspocusMessage {}

    /**
     * The document is left, the socket stays. In both directions.
     *
     * @param reason for people; clients give none
     */
    record Close(String reason) implements HocuspocusMessage {}

    /**
     * From a server: what became of one update or difference. A client counts what it sent down at each {@code true} and says "saved" at
     * 0, so there must be exactly one for each, and {@code true} only when it is stored.
     *
     * @param saved false when it was refused: the client stays unsaved
     */
    record SyncStatus(boolean saved) implements HocuspocusMessage {}
}
