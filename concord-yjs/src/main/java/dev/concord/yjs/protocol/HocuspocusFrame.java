package dev.concord.yjs.protocol;

import org.jspecify.annotations.Nullable;

/** One frame of Hocuspocus. Immutable. */
public sealed interface HocuspocusFrame {
    /** Asks the other side for a {@link Pong}; about the socket, not about a document. */
    record Ping() implements HocuspocusFrame {}

    /** The answer to a {@link Ping}. */
    record Pong() implements HocuspocusFrame {}

    /**
     * A message about one of the documents on the socket.
     *
     * @param address which one; answers use the same address
     * @param message what is said
     */
    record Addressed(Address address, HocuspocusMessage message) implements HocuspocusFrame {}

    /**
     * Which document is meant, and which of several providers of it on one socket.
     *
     * @param document the name of the document: any text without the character U+0000
     * @param session tells providers apart that have the same document; null for those that do not use it
     */
    record Address(String document, @Nullable String session) {
        private static final char SEPARATOR = '\0';

        /** Checks that the name has no U+0000, which ends it. */
        public Address {
            if (document.indexOf(SEPARATOR) >= 0) {
                throw new IllegalArgumentException("the name of a document has no U+0000");
            }
        }

        static Address read(MessageIn in, ProtocolLimits limits) {
            String text = in.string("maxName", limits.maxName() + limits.maxSession() + 1);
            int end = text.indexOf(SEPARATOR);
            String document = end < 0 ? text : text.substring(0, end);
            String session = end < 0 ? null : text.substring(end + 1);
            LimitExceededException.check("maxName", MessageOut.utf8Length(document), limits.maxName());
            if (session != null) {
                LimitExceededException.check("maxSession", MessageOut.utf8Length(session), limits.maxSession());
            }
            return new Address(document, session);
        }

        @Override
        public String toString() {
            return session == null ? document : document + SEPARATOR + session;
        }
    }
}
