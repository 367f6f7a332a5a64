package dev.concord.wire;

import dev.concord.crdt.Operation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message, in either direction. Immutable, provided that nobody changes the arrays and the map that were passed to it. */
public sealed interface Message {
    /**
     * Server to client, first of all and whenever the server resynchronises a client.
     *
     * @param state a state in the engine's encoding, whole or partial; applying it is a merge
     * @param version the server's version summary
     * @param epoch names this history of the room; a client that holds another must not merge
     * @param right what the receiver may do: {@code read}, {@code write} or {@code admin}. Null from older servers and between servers
     * @param limits the limits that the server sets for this client; a server that sends them also sends {@link Pulse}. Null from older servers
     *     and between servers
     */
    @SuppressWarnings("ArrayRecordComponent") // equality of states is never asked for
    record Sync(
            byte[] state,
            byte[] version,
            String epoch,
            @Nullable String right,
            @Nullable Limits limits) implements Message {
        /**
         * Without a right.
         *
         * @param state a state in the engine's encoding
         * @param version the sender's version summary
         * @param epoch names this history of the room
         * @param limits the limits that the server sets for this client
         */
        public Sync(byte[] state, byte[] version, String epoch, @Nullable Limits limits) {
            this(state, version, epoch, null, limits);
        }

        /**
         * Without right and limits.
         *
         * @param state a state in the engine's encoding
         * @param version the sender's version summary
         * @param epoch names this history of the room
         */
        public Sync(byte[] state, byte[] version, String epoch) {
            this(state, version, epoch, null, null);
        }
    }

    /**
     * What a server accepts from one client. Each is 1 or more.
     *
     * @param frameBytes the longest frame, in bytes of UTF-8
     * @param roomChars the longest visible text of the document, in UTF-16 units
     * @param opsPerSecond the ops per second on this connection
     */
    record Limits(long frameBytes, long roomChars, long opsPerSecond) {
        /**
         * Limits that something fits into.
         *
         * @throws IllegalArgumentException when one of them is below 1
         */
        public Limits {
            if (frameBytes < 1 || roomChars < 1 || opsPerSecond < 1) {
                throw new IllegalArgumentException("limits: must be positive integers");
            }
        }
    }

    /**
     * Client to server: who this is. The first frame of a connection, and again when the token is replaced.
     *
     * @param token 1 or more visible ASCII characters
     */
    record Auth(String token) implements Message {
        /** Without the token, so that it is in no log. */
        @Override
        public String toString() {
            return "Auth[token=…]";
        }
    }

    /**
     * Server to client: the token of this connection ends soon, and a client that has another one sends it.
     *
     * @param expires when it ends, in seconds since 1970-01-01T00:00Z
     */
    record AuthExpiry(long expires) implements Message {}

    /** Server to client: the connection is alive, but there was nothing else to send. */
    record Pulse() implements Message {}

    /**
     * One edit.
     *
     * @param seq set by the client, 1 or more and rising within a connection; not passed on. 0 for none, as in ops from the server
     * @param operation the edit
     */
    record Op(long seq, Operation operation) implements Message {}

    /**
     * Who is here and where; broadcast and never stored.
     *
     * @param user display name
     * @param cursor flat offset in UTF-16 units
     * @param color a CSS hex colour
     * @param extras further fields (caret and selection by element, a client's id, the mark that it has left), passed on as they
     *     came: a {@link String}, {@link Boolean}, {@link Number}, {@link java.util.List} or {@link Map} of these, or null. Iterated in the
     *     order in which they are written; not to be changed
     */
    record Presence(String user, int cursor, String color, Map<String, @Nullable Object> extras) implements Message {
        /**
         * Without further fields.
         *
         * @param user display name
         * @param cursor flat offset in UTF-16 units
         * @param color a CSS hex colour
         */
        public Presence(String user, int cursor, String color) {
            this(user, cursor, color, Map.of());
        }
    }

    /**
     * Server to client: every op of this connection up to {@code seq} is durable.
     *
     * @param seq the highest such seq
     */
    record Ack(long seq) implements Message {}

    /**
     * Server to client: something was refused. The connection stays open unless a close follows.
     *
     * @param code stable, for programs
     * @param message for people: what is wrong and what to do
     * @param seq the op that was refused, null when it was no op
     */
    record Refusal(ErrorCode code, String message, @Nullable Long seq) implements Message {}

    /**
     * A type that this version does not know; receivers ignore it.
     *
     * @param type its {@code t}
     */
    record Unknown(String type) implements Message {}
}
