package dev.concord.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;

/**
 * What instances with separate stores say to one another about rooms that are perhaps in nobody's memory.
 *
 * @param kind a question, or an answer to one
 * @param room the room's id
 * @param source the instance that says it
 * @param target the instance that asked; empty in a question
 * @param epoch the room's history; empty when there is none
 * @param state the room's state; empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LocatorMessage(Kind kind, String room, String source, String target, String epoch, byte[] state) {
    /** What is said. */
    public enum Kind {
        /** Who has this room? */
        WANTED,
        /** I have brought this room into memory; do so, too, if you have it. Needs no answer. */
        WOKEN,
        /** I have it. */
        HAVE,
        /** I have not. */
        NONE
    }

    /**
     * Writes the message.
     *
     * @return UTF-8 JSON
     */
    public byte[] write() {
        return WireCodec.generate(json -> {
            json.writeStartObject();
            json.writeStringField("t", kind.name().toLowerCase(Locale.ROOT));
            json.writeStringField("room", room);
            json.writeStringField("src", source);
            json.writeStringField("dst", target);
            json.writeStringField("epoch", epoch);
            json.writeStringField("state", Base64.getEncoder().encodeToString(state));
            json.writeEndObject();
        });
    }

    /**
     * Reads a message.
     *
     * @param bytes UTF-8 JSON
     * @return the message
     * @throws WireException when it is none
     */
    public static LocatorMessage read(byte[] bytes) throws WireException {
        JsonNode node;
        try {
            node = WireCodec.MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new WireException(ErrorCode.MALFORMED, "not JSON: " + WireCodec.shortened(e), null);
        }
        if (!node.isObject()) {
            throw new WireException(ErrorCode.MALFORMED, "a message is a JSON object", null);
        }
        String room = WireCodec.text(node, "room");
        if (!room.matches("[A-Za-z0-9._~-]{1,128}")) {
            throw new WireException(ErrorCode.MALFORMED, "room: is not a valid room id", null);
        }
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(WireCodec.text(node, "t"))) {
                return new LocatorMessage(
                        kind,
                        room,
                        WireCodec.text(node, "src"),
                        WireCodec.text(node, "dst"),
                        WireCodec.text(node, "epoch"),
                        WireCodec.base64(node, "state"));
            }
        }
        throw new WireException(ErrorCode.MALFORMED, "t: must be wanted, woken, have or none", null);
    }
}
