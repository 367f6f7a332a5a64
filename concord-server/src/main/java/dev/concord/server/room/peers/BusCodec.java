package dev.concord.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages between server instances: the JSON of {@link WireCodec} with the fields {@code src} (the instance that says it), {@code dst}
 * (the only one that is meant), {@code room_epoch} and {@code member}, each left out when it says nothing. Stateless and thread-safe.
 */
public final class BusCodec {
    private static final String SOURCE = "src";
    private static final String TARGET = "dst";
    private static final String EPOCH = "room_epoch";
    private static final String MEMBER = "member";
    private static final List<String> OWN_FIELDS = List.of(SOURCE, TARGET, EPOCH, MEMBER);

    /** Longer than the fields of an address. */
    private static final int OWN_TAIL = 512;

    private BusCodec() {}

    /**
     * Writes a message.
     *
     * @param message the message
     * @return UTF-8 JSON, one object
     */
    public static byte[] write(BusMessage message) {
        Message inner = message.message();
        if (inner instanceof Message.Presence presence) {
            inner = withoutOwnFields(presence);
        }
        return addressed(WireCodec.write(inner), message);
    }

    /**
     * Adds the address to a message that has been written for members already.
     *
     * @param json from {@link WireCodec#write}; not of a presence, whose extras might use the same names
     * @param source names the instance
     * @param epoch the history of the room
     * @return UTF-8 JSON, one object
     */
    public static byte[] address(byte[] json, String source, String epoch) {
        return addressed(json, new BusMessage(source, null, epoch, "", new Message.Unknown("")));
    }

    /**
     * Reads what came over the bus: a message, or an array of messages.
     *
     * @param frame UTF-8 JSON
     * @param reader takes the messages and the faults in their order
     */
    public static void read(byte[] frame, Reader reader) {
        JsonNode node;
        try {
            node = WireCodec.MAPPER.readTree(frame);
        } catch (IOException e) {
            reader.fault(
                    new WireException(ErrorCode.MALFORMED, "the message is not JSON: " + WireCodec.shortened(e), null));
            return;
        }
        if (node.isArray()) {
            node.forEach(message -> readOne(message, reader));
        } else {
            readOne(node, reader);
        }
    }

    /**
     * Whether an instance wrote this message itself, without reading it: the bus brings everybody's own messages back.
     *
     * @param json from the bus
     * @param instance its name, of characters that JSON does not escape
     * @return true when its last fields say so
     */
    public static boolean isFrom(byte[] json, String instance) {
        int from = Math.max(0, json.length - OWN_TAIL);
        return new String(json, from, json.length - from, UTF_8).contains("\"" + SOURCE + "\":\"" + instance + "\"");
    }

    /** Takes what a frame holds. */
    public interface Reader {
        /**
         * A sound message.
         *
         * @param message the message
         */
        void message(BusMessage message);

        /**
         * A message, or a whole frame, that cannot be read.
         *
         * @param fault what is wrong
         */
        void fault(WireException fault);
    }

    private static void readOne(JsonNode node, Reader reader) {
        try {
            Message message = WireCodec.message(node);
            if (message instanceof Message.Presence presence) {
                message = withoutOwnFields(presence);
            }
            String target = optional(node, TARGET);
            reader.message(new BusMessage(
                    optional(node, SOURCE),
                    target.isEmpty() ? null : target,
                    optional(node, EPOCH),
                    optional(node, MEMBER),
                    message));
        } catch (WireException e) {
            reader.fault(e);
        }
    }

    private static String optional(JsonNode node, String field) throws WireException {
        return node.hasNonNull(field) ? WireCodec.text(node, field) : "";
    }

    private static Message.Presence withoutOwnFields(Message.Presence presence) {
        if (OWN_FIELDS.stream().noneMatch(presence.extras()::has)) {
            return presence;
        }
        ObjectNode extras = presence.extras().deepCopy();
        extras.remove(OWN_FIELDS);
        return new Message.Presence(presence.user(), presence.cursor(), presence.color(), extras);
    }

    private static byte[] addressed(byte[] json, BusMessage address) {
        StringBuilder fields = new StringBuilder(96);
        add(fields, SOURCE, address.source());
        add(fields, TARGET, address.target());
        add(fields, EPOCH, address.epoch());
        add(fields, MEMBER, address.member());
        byte[] tail = fields.append('}').toString().getBytes(UTF_8);
        // Over the closing brace.
        byte[] whole = java.util.Arrays.copyOf(json, json.length - 1 + tail.length);
        System.arraycopy(tail, 0, whole, json.length - 1, tail.length);
        return whole;
    }

    private static void add(StringBuilder fields, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            fields.append(",\"").append(name).append("\":\"");
            JsonStringEncoder.getInstance().quoteAsString(value, fields);
            fields.append('"');
        }
    }
}
