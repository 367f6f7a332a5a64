package dev.concord.server.room.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.wire.RoomId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;

/**
 * What instances with separate stores send one another about rooms that are perhaps in nobody's memory.
 *
 * @param kind a question, or an answer to one
 * @param room the room's id
 * @param source the instance that sends it
 * @param target the instance that asked; empty in a question
 * @param epoch the room's history; empty when there is none
 * @param state the room's state; empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LocatorMessage(Kind kind, String room, String source, String target, String epoch, byte[] state) {
    private static final int MAX_NESTING = 32;

    /** A room's state is one string. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What is sent. */
    enum Kind {
        /** Who has this room? */
        WANTED,
        /** I have brought this room into memory; do so, too, if you have it. Needs no answer. */
        WOKEN,
        /** I have it. */
        HAVE,
        /** I have not. */
        NONE,
        /** This history of the room has ended. Needs no answer. */
        ENDED;

        private final String wire = name().toLowerCase(Locale.ROOT);
    }

    /** Writes the message as UTF-8 JSON. */
    byte[] write() {
        try {
            return MAPPER.writeValueAsBytes(MAPPER.createObjectNode()
                    .put("t", kind.wire)
                    .put("room", room)
                    .put("src", source)
                    .put("dst", target)
                    .put("epoch", epoch)
                    .put("state", Base64.getEncoder().encodeToString(state)));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /**
     * Reads a message.
     *
     * @param bytes UTF-8 JSON
     * @return the message
     * @throws MalformedMessageException when it is none
     */
    static LocatorMessage read(byte[] bytes) throws MalformedMessageException {
        JsonNode node;
        try {
            node = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new MalformedMessageException("a message of " + bytes.length + " bytes is not JSON");
        }
        if (!node.isObject()) {
            throw new MalformedMessageException("a message is a JSON object");
        }
        String room = text(node, "room");
        if (!RoomId.isValid(room)) {
            throw new MalformedMessageException("room: is not a valid room id");
        }
        return new LocatorMessage(
                kind(text(node, "t")), room, text(node, "src"), text(node, "dst"), text(node, "epoch"), state(node));
    }

    /** A message between instances cannot be read. */
    static final class MalformedMessageException extends Exception {
        private static final long serialVersionUID = 1L;

        private MalformedMessageException(String message) {
            super(message);
        }
    }

    private static Kind kind(String wire) throws MalformedMessageException {
        for (Kind kind : Kind.values()) {
            if (kind.wire.equals(wire)) {
                return kind;
            }
        }
        throw new MalformedMessageException("t: must be wanted, woken, have, none or ended");
    }

    private static byte[] state(JsonNode node) throws MalformedMessageException {
        try {
            return Base64.getDecoder().decode(text(node, "state"));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException("state: must be base64");
        }
    }

    private static String text(JsonNode node, String field) throws MalformedMessageException {
        JsonNode value = node.get(field);
        if (value == null || !value.isTextual()) {
            throw new MalformedMessageException(field + ": must be a string");
        }
        return value.textValue();
    }
}
