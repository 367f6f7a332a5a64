package dev.concord.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages to and from UTF-8 JSON. Writing is byte-stable: one message has one form. Reading ignores fields and types of message
 * that it does not know. Stateless and thread-safe.
 */
public final class WireCodec {
    private static final int MAX_NESTING = 32;
    private static final int MAX_NUMBER_LENGTH = 32;
    private static final Set<String> PRESENCE_FIELDS = Set.of("t", "user", "cursor", "color");
    private static final byte[] OP_HEAD = "{\"t\":\"op\",\"data\":".getBytes(UTF_8);

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(MAX_NUMBER_LENGTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private WireCodec() {}

    /**
     * Reads one frame: a message, or an array of messages.
     *
     * @param frame UTF-8 JSON
     * @param reader takes the messages and the faults in their order; a fault in one message of an array does not hide the others
     */
    public static void read(byte[] frame, Reader reader) {
        Message plain = PlainOp.message(frame);
        if (plain != null) {
            reader.message(plain);
            return;
        }
        readAny(frame, reader);
    }

    /** Reads a frame of any form, as {@link #read(byte[], Reader)} does. */
    static void readAny(byte[] frame, Reader reader) {
        JsonNode node;
        try {
            node = MAPPER.readTree(frame);
        } catch (IOException e) {
            reader.fault(notJson(frame, e));
            return;
        }
        if (node.isArray()) {
            node.forEach(message -> readOne(message, reader));
        } else {
            readOne(node, reader);
        }
    }

    /**
     * Reads a frame that is expected to be sound.
     *
     * @param frame UTF-8 JSON
     * @return its messages
     * @throws WireException for the first fault
     */
    public static List<Message> read(byte[] frame) throws WireException {
        List<Message> messages = new ArrayList<>(1);
        List<WireException> faults = new ArrayList<>(0);
        read(frame, new Reader() {
            @Override
            public void message(Message message) {
                messages.add(message);
            }

            @Override
            public void fault(WireException fault) {
                faults.add(fault);
            }
        });
        if (!faults.isEmpty()) {
            throw faults.get(0);
        }
        return messages;
    }

    /**
     * Reads a frame whose messages carry text fields that are not the wire's own, such as an address.
     *
     * @param frame UTF-8 JSON
     * @param fields their names; a presence does not keep them among its extras
     * @param reader takes the messages and the faults in their order
     */
    public static void read(byte[] frame, Set<String> fields, EnvelopeReader reader) {
        JsonNode node;
        try {
            node = MAPPER.readTree(frame);
        } catch (IOException e) {
            reader.fault(notJson(frame, e));
            return;
        }
        if (node.isArray()) {
            node.forEach(message -> readOne(message, fields, reader));
        } else {
            readOne(node, fields, reader);
        }
    }

    /** Takes what a frame holds, with the fields that do not belong to the message. */
    public interface EnvelopeReader {
        /**
         * A sound message.
         *
         * @param message the message
         * @param fields those that were asked for and that it had
         */
        void message(Message message, Map<String, String> fields);

        /**
         * A message, or a whole frame, that cannot be read.
         *
         * @param fault what is wrong
         */
        void fault(WireException fault);
    }

    /** Takes what a frame holds. */
    public interface Reader {
        /**
         * A sound message.
         *
         * @param message the message
         */
        void message(Message message);

        /**
         * A message, or a whole frame, that cannot be read.
         *
         * @param fault what is wrong
         */
        void fault(WireException fault);
    }

    /**
     * Writes a message.
     *
     * @param message the message, not {@link Message.Unknown}
     * @return UTF-8 JSON
     * @throws IllegalArgumentException for {@link Message.Unknown}
     */
    public static byte[] write(Message message) {
        return generate(json -> {
            json.writeStartObject();
            if (message instanceof Message.Op op) {
                json.writeStringField("t", "op");
                if (op.seq() != 0) {
                    json.writeNumberField("seq", op.seq());
                }
                json.writeFieldName("data");
                json.writeRawValue(operationJson(op.operation()));
            } else if (message instanceof Message.Ack ack) {
                json.writeStringField("t", "ack");
                json.writeNumberField("seq", ack.seq());
            } else if (message instanceof Message.Sync sync) {
                json.writeStringField("t", "sync");
                json.writeStringField("state", Base64.getEncoder().encodeToString(sync.state()));
                json.writeStringField("version", Base64.getEncoder().encodeToString(sync.version()));
                json.writeStringField("epoch", sync.epoch());
                if (sync.right() != null) {
                    json.writeStringField("right", sync.right());
                }
                Message.Limits limits = sync.limits();
                if (limits != null) {
                    json.writeObjectFieldStart("limits");
                    json.writeNumberField("frameBytes", limits.frameBytes());
                    json.writeNumberField("roomChars", limits.roomChars());
                    json.writeNumberField("opsPerSecond", limits.opsPerSecond());
                    json.writeEndObject();
                }
            } else if (message instanceof Message.Presence presence) {
                json.writeStringField("t", "presence");
                json.writeStringField("user", presence.user());
                json.writeNumberField("cursor", presence.cursor());
                json.writeStringField("color", presence.color());
                for (var extra : presence.extras().entrySet()) {
                    json.writeFieldName(extra.getKey());
                    json.writePOJO(extra.getValue());
                }
            } else if (message instanceof Message.Refusal refusal) {
                json.writeStringField("t", "error");
                json.writeStringField("code", refusal.code().wire());
                json.writeStringField("message", refusal.message());
                if (refusal.seq() != null) {
                    json.writeNumberField("seq", refusal.seq());
                }
            } else if (message instanceof Message.Pulse) {
                json.writeStringField("t", "pulse");
            } else if (message instanceof Message.Auth auth) {
                json.writeStringField("t", "auth");
                json.writeStringField("token", auth.token());
            } else if (message instanceof Message.AuthExpiry expiry) {
                json.writeStringField("t", "auth");
                json.writeNumberField("expires", expiry.expires());
            } else {
                throw new IllegalArgumentException("a message of an unknown type cannot be written");
            }
            json.writeEndObject();
        });
    }

    /**
     * Writes an operation alone, as it stands in {@code op.data} and in the op log.
     *
     * @param operation the operation
     * @return UTF-8 JSON
     */
    public static byte[] writeOperation(Operation operation) {
        return operationJson(operation).getBytes(UTF_8);
    }

    /**
     * Reads an operation alone.
     *
     * @param json UTF-8 JSON of {@code op.data}
     * @return the operation
     * @throws WireException when the bytes are not an operation
     */
    public static Operation readOperation(byte[] json) throws WireException {
        Operation plain = PlainOp.operation(json);
        return plain != null ? plain : readAnyOperation(json);
    }

    /** Reads an operation of any form, as {@link #readOperation} does. */
    static Operation readAnyOperation(byte[] json) throws WireException {
        try {
            return operation(MAPPER.readTree(json), null);
        } catch (IOException e) {
            throw new WireException(ErrorCode.MALFORMED, "the operation is not JSON: " + shortened(e), null);
        }
    }

    /**
     * The frame in which the server passes an operation on: the same bytes as {@link #write} gives for an op without a seq, but without encoding
     * the operation again.
     *
     * @param operation from {@link #writeOperation}
     * @return UTF-8 JSON of one message
     */
    public static byte[] opFrame(byte[] operation) {
        byte[] frame = new byte[OP_HEAD.length + operation.length + 1];
        System.arraycopy(OP_HEAD, 0, frame, 0, OP_HEAD.length);
        System.arraycopy(operation, 0, frame, OP_HEAD.length, operation.length);
        frame[frame.length - 1] = '}';
        return frame;
    }

    private static void readOne(JsonNode node, Reader reader) {
        try {
            reader.message(message(node, Set.of()));
        } catch (WireException e) {
            reader.fault(e);
        }
    }

    private static void readOne(JsonNode node, Set<String> fields, EnvelopeReader reader) {
        try {
            Message message = message(node, fields);
            Map<String, String> found = new HashMap<>();
            for (String field : fields) {
                if (node.hasNonNull(field)) {
                    found.put(field, text(node, field));
                }
            }
            reader.message(message, found);
        } catch (WireException e) {
            reader.fault(e);
        }
    }

    private static WireException notJson(byte[] frame, IOException e) {
        return new WireException(
                ErrorCode.MALFORMED,
                "the frame of " + frame.length + " bytes is not JSON" + place(e) + ": " + shortened(e),
                null);
    }

    private static Message message(JsonNode node, Set<String> others) throws WireException {
        if (!node.isObject()) {
            throw malformed("a message is a JSON object");
        }
        String type = text(node, "t");
        return switch (type) {
            case "op" -> op(node);
            case "presence" -> presence(node, others);
            case "ack" -> new Message.Ack(integer(node, "seq", null));
            case "sync" ->
                new Message.Sync(
                        base64(node, "state"),
                        base64(node, "version"),
                        text(node, "epoch"),
                        node.hasNonNull("right") ? text(node, "right") : null,
                        limits(node.get("limits")));
            case "pulse" -> new Message.Pulse();
            case "auth" ->
                node.hasNonNull("expires")
                        ? new Message.AuthExpiry(integer(node, "expires", null))
                        : new Message.Auth(text(node, "token"));
            case "error" ->
                new Message.Refusal(
                        ErrorCode.ofWire(text(node, "code")),
                        text(node, "message"),
                        node.hasNonNull("seq") ? (Long) integer(node, "seq", null) : null);
            default -> new Message.Unknown(type);
        };
    }

    private static Message.@Nullable Limits limits(@Nullable JsonNode node) throws WireException {
        if (node == null || node.isNull()) {
            return null;
        }
        try {
            return new Message.Limits(
                    integer(node, "frameBytes", null),
                    integer(node, "roomChars", null),
                    integer(node, "opsPerSecond", null));
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Message.Op op(JsonNode node) throws WireException {
        Long seq = node.hasNonNull("seq") ? integer(node, "seq", null) : null;
        JsonNode data = node.get("data");
        if (data == null || !data.isObject()) {
            throw new WireException(ErrorCode.MALFORMED, "data: an op needs it, an object", seq);
        }
        return new Message.Op(seq == null ? 0 : seq, operation(data, seq));
    }

    private static Operation operation(JsonNode data, @Nullable Long seq) throws WireException {
        JsonNode kind = data.get("kind");
        try {
            ElementId id = elementId(data.get("id"), "id", seq);
            if (kind != null && "insert".equals(kind.asText())) {
                JsonNode value = data.get("value");
                if (value == null || !value.isTextual()) {
                    throw new WireException(ErrorCode.INVALID_OP, "value: an insert needs it, a string", seq);
                }
                return new Operation.Insert(id, anchor(data, seq), value.textValue());
            }
            if (kind != null && "delete".equals(kind.asText())) {
                JsonNode length = data.get("length");
                boolean given = length != null && !length.isNull();
                if (given && !(length.isIntegralNumber() && length.canConvertToInt())) {
                    throw new WireException(ErrorCode.INVALID_OP, "length: must be an integer of at least 1", seq);
                }
                return new Operation.Delete(id, given ? length.intValue() : 1);
            }
        } catch (InvalidOperationException e) {
            throw new WireException(ErrorCode.INVALID_OP, String.valueOf(e.getMessage()), seq);
        }
        throw new WireException(ErrorCode.INVALID_OP, "kind: must be insert or delete", seq);
    }

    private static Anchor anchor(JsonNode data, @Nullable Long seq) throws WireException {
        boolean after = data.hasNonNull("after");
        if (after == data.hasNonNull("before")) {
            throw new WireException(ErrorCode.INVALID_OP, "after, before: an insert needs exactly one of them", seq);
        }
        String side = after ? "after" : "before";
        return new Anchor(elementId(data.get(side), side, seq), after ? Side.AFTER : Side.BEFORE);
    }

    private static ElementId elementId(@Nullable JsonNode node, String field, @Nullable Long seq) throws WireException {
        if (node == null || !node.isObject()) {
            throw new WireException(ErrorCode.INVALID_OP, field + ": must be an object with site and counter", seq);
        }
        JsonNode site = node.get("site");
        JsonNode counter = node.get("counter");
        if (site == null || !site.isTextual()) {
            throw new WireException(ErrorCode.INVALID_OP, field + ".site: must be a string", seq);
        }
        if (counter == null || !counter.isIntegralNumber() || !counter.canConvertToLong()) {
            throw new WireException(ErrorCode.INVALID_OP, field + ".counter: must be an integer, 1 to 2^53-1", seq);
        }
        return new ElementId(site.textValue(), counter.longValue());
    }

    private static Message.Presence presence(JsonNode node, Set<String> others) throws WireException {
        long cursor = node.hasNonNull("cursor") ? integer(node, "cursor", null) : 0;
        if (cursor < 0 || cursor > Integer.MAX_VALUE) {
            throw malformed("cursor: must be an offset in UTF-16 units");
        }
        String color = node.hasNonNull("color") ? text(node, "color") : "";
        Map<String, @Nullable Object> extras = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = field.getKey();
            if (!PRESENCE_FIELDS.contains(name) && !others.contains(name)) {
                extras.put(name, MAPPER.convertValue(field.getValue(), Object.class));
            }
        }
        return new Message.Presence(text(node, "user"), (int) cursor, color, Collections.unmodifiableMap(extras));
    }

    private static String text(JsonNode node, String field) throws WireException {
        JsonNode value = node.get(field);
        if (value == null || !value.isTextual()) {
            throw malformed(field + ": must be a string");
        }
        return value.textValue();
    }

    private static long integer(JsonNode node, String field, @Nullable Long seq) throws WireException {
        JsonNode value = node.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new WireException(ErrorCode.MALFORMED, field + ": must be an integer", seq);
        }
        return value.longValue();
    }

    private static byte[] base64(JsonNode node, String field) throws WireException {
        try {
            return Base64.getDecoder().decode(text(node, field));
        } catch (IllegalArgumentException e) {
            throw malformed(field + ": must be base64");
        }
    }

    /** Written by hand, for every edit passes here: a generator costs more than what it writes. */
    private static String operationJson(Operation operation) {
        StringBuilder json = new StringBuilder(160);
        if (operation instanceof Operation.Insert insert) {
            Anchor anchor = insert.anchor();
            writeId("{\"kind\":\"insert\",\"id\":", insert.id(), json);
            writeId(anchor.side() == Side.AFTER ? ",\"after\":" : ",\"before\":", anchor.element(), json);
            json.append(",\"value\":\"");
            JsonStringEncoder.getInstance().quoteAsString(insert.value(), json);
            json.append("\"}");
        } else {
            writeId("{\"kind\":\"delete\",\"id\":", operation.id(), json);
            if (operation.length() != 1) {
                json.append(",\"length\":").append(operation.length());
            }
            json.append('}');
        }
        return json.toString();
    }

    /** A site has no character that JSON escapes. */
    private static void writeId(String before, ElementId id, StringBuilder json) {
        json.append(before)
                .append("{\"site\":\"")
                .append(id.site())
                .append("\",\"counter\":")
                .append(id.counter())
                .append('}');
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static byte[] generate(Content content) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder();
                JsonGenerator json = MAPPER.createGenerator(bytes)) {
            content.writeTo(json);
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private static WireException malformed(String message) {
        return new WireException(ErrorCode.MALFORMED, message, null);
    }

    /** Where reading stopped, as far as that is known. */
    private static String place(IOException e) {
        JsonLocation at = e instanceof JsonProcessingException bad ? bad.getLocation() : null;
        return at == null || at.getByteOffset() < 0 ? "" : " at byte " + at.getByteOffset();
    }

    private static String shortened(IOException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
