package dev.concord.server.room.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages between server instances: the JSON of {@link WireCodec} with the fields {@code src} (the instance that sends it), {@code dst}
 * (the only one that is meant), {@code room_epoch} and {@code member}, each left out when it says nothing. Stateless and thread-safe.
 */
final class BusCodec {
    private static final String SOURCE = "src";
    private static final String TARGET = "dst";
    private static final String EPOCH = "room_epoch";
    private static final String MEMBER = "member";
    private static final Set<String> OWN_FIELDS = Set.of(SOURCE, TARGET, EPOCH, MEMBER);

    /** Longer than the fields of an address. */
    private static final int OWN_TAIL = 512;

    private BusCodec() {}

    /** Writes a message, as UTF-8 JSON of one object. */
    static byte[] write(BusMessage message) {
        Message inner = message.message();
        if (inner instanceof Message.Presence presence) {
            return writePresence(message, presence, null);
        }
        return addressed(WireCodec.write(inner), message);
    }

    /**
     * Writes a presence that has been written for members already.
     *
     * @param json from {@link WireCodec#write}
     */
    static byte[] write(BusMessage message, byte[] json) {
        return message.message() instanceof Message.Presence presence
                ? writePresence(message, presence, json)
                : addressed(json, message);
    }

    private static byte[] writePresence(BusMessage message, Message.Presence presence, byte @Nullable [] json) {
        if (OWN_FIELDS.stream().anyMatch(presence.extras()::containsKey)) {
            return addressed(WireCodec.write(withoutOwnFields(presence)), message);
        }
        return addressed(json == null ? WireCodec.write(presence) : json, message);
    }

    /** Reads what came over the bus, a message or an array of messages, in their order. */
    static void read(byte[] frame, Reader reader) {
        WireCodec.read(frame, OWN_FIELDS, new WireCodec.EnvelopeReader() {
            @Override
            public void message(Message message, Map<String, String> fields) {
                String target = fields.getOrDefault(TARGET, "");
                reader.message(new BusMessage(
                        fields.getOrDefault(SOURCE, ""),
                        target.isEmpty() ? null : target,
                        fields.getOrDefault(EPOCH, ""),
                        fields.getOrDefault(MEMBER, ""),
                        message));
            }

            @Override
            public void fault(WireException fault) {
                reader.fault(fault);
            }
        });
    }

    /**
     * Whether an instance wrote this message itself, without reading it: the bus brings everybody's own messages back.
     *
     * @param json from the bus
     * @param instance its name, of characters that JSON does not escape
     * @return true when its last fields say so
     */
    static boolean isFrom(byte[] json, String instance) {
        int from = Math.max(0, json.length - OWN_TAIL);
        return new String(json, from, json.length - from, UTF_8).contains("\"" + SOURCE + "\":\"" + instance + "\"");
    }

    /** Joins messages to one frame. */
    static byte[] array(List<byte[]> messages) {
        if (messages.size() == 1) {
            return messages.get(0);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte separator = '[';
        for (byte[] message : messages) {
            all.write(separator);
            all.writeBytes(message);
            separator = ',';
        }
        all.write(']');
        return all.toByteArray();
    }

    /** Takes what a frame holds. */
    interface Reader {
        /** A sound message. */
        void message(BusMessage message);

        /** A message, or a whole frame, that cannot be read. */
        void fault(WireException fault);
    }

    private static Message.Presence withoutOwnFields(Message.Presence presence) {
        Map<String, @Nullable Object> extras = new LinkedHashMap<>(presence.extras());
        extras.keySet().removeAll(OWN_FIELDS);
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
        byte[] whole = Arrays.copyOf(json, json.length - 1 + tail.length);
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
