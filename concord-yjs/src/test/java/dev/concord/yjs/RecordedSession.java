package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A session that Yjs recorded, see {@code sessions.mjs}: the engine does the same, and must get the same. */
final class RecordedSession {
    private final JsonNode session;
    private final List<byte[]> updates = new ArrayList<>();
    private final List<byte[]> inOrder = new ArrayList<>();

    RecordedSession(String line) throws Exception {
        session = Fixtures.JSON.readTree(line);
        session.get("updates").forEach(update -> updates.add(Fixtures.base64(update)));
        session.get("order").forEach(k -> inOrder.add(updates.get(k.asInt())));
    }

    private void same(String what, byte[] made) {
        same(what, Fixtures.base64(session.get(what)), made);
    }

    private void same(String what, byte[] expected, byte[] made) {
        if (!Arrays.equals(expected, made)) {
            assertEquals(Fixtures.hex(expected), Fixtures.hex(made), what + " in session " + session.get("seed"));
        }
    }

    static YDocument client(long id) {
        YDocument document = new YDocument(id);
        document.text("text");
        document.map("map");
        document.array("array");
        document.xml("xml");
        return document;
    }

    /** Three replicas make the edits of the clients, and tell each other as they did. */
    void replay() {
        YDocument[] replicas = new YDocument[3];
        for (int i = 0; i < 3; i++) {
            replicas[i] = client(session.get("clients").get(i).asLong());
        }
        int number = 0;
        for (JsonNode step : session.get("steps")) {
            String what = "step " + number++ + " " + step;
            if (step.has("op")) {
                YDocument replica = replicas[step.get("at").asInt()];
                byte[] made = replica.edit(() -> edit(replica, step.get("op")));
                int k = step.get("update").asInt();
                same(what, k < 0 ? new byte[0] : updates.get(k), made);
            } else {
                YDocument to = replicas[step.get("to").asInt()];
                byte[] missing = replicas[step.get("from").asInt()].encode(UpdateFormat.V1, to.stateVector());
                same(what, Fixtures.base64(step.get("update")), missing);
                Applied applied = to.apply(missing);
                List<byte[]> cleaned = new ArrayList<>();
                step.get("cleaned").forEach(update -> cleaned.add(Fixtures.base64(update)));
                same(what, cleaned.isEmpty() ? new byte[0] : cleaned.get(0), applied.cleaned());
            }
        }
    }

    static void edit(YDocument replica, JsonNode op) {
        YType text = replica.text("text");
        YType map = replica.map("map");
        YType array = replica.array("array");
        YType xml = replica.xml("xml");
        int a = op.path(1).asInt();
        int b = op.path(2).asInt();
        switch (op.get(0).asText()) {
            case "insert" -> {
                if (op.path(3).isNull()) {
                    text.insert(a, op.get(2).asText());
                } else {
                    text.insert(a, op.get(2).asText(), object(op.path(3)));
                }
            }
            case "delete" -> text.delete(a, b);
            case "format" -> text.format(a, b, object(op.get(3)));
            case "embed" -> text.embed(a, object(op.get(2)), object(op.path(3)));
            case "set" -> map.set(op.get(1).asText(), value(op.get(2)));
            case "setBytes" ->
                map.set(op.get(1).asText(), new byte[] {
                    (byte) op.get(2).get(0).asInt(), (byte) op.get(2).get(1).asInt()
                });
            case "remove" -> map.remove(op.get(1).asText());
            case "setMap" ->
                map.setType(op.get(1).asText(), TypeKind.MAP, null)
                        .set(op.get(2).asText(), value(op.get(3)));
            case "add" -> array.insertAll(a, list(op.get(2)));
            case "addArray" -> array.insertType(a, TypeKind.ARRAY, null).insertAll(0, list(op.get(2)));
            case "cut" -> array.delete(a, b);
            case "element" ->
                xml.insertType(a, TypeKind.XML_ELEMENT, op.get(2).asText())
                        .insertType(0, TypeKind.XML_TEXT, null)
                        .insert(0, op.get(3).asText());
            case "type" -> {
                if (((YType) xml.elements().get(a)).length() > 0) {
                    inner(xml, a).insert(b, op.get(3).asText());
                }
            }
            case "style" -> inner(xml, a).format(b, op.get(3).asInt(), object(op.get(4)));
            case "attribute" -> ((YType) xml.elements().get(a)).set(op.get(2).asText(), value(op.get(3)));
            case "drop" -> xml.delete(a, 1);
            case "subdocument" ->
                map.set(op.get(1).asText(), new SubDocument(op.get(2).asText(), Map.of()));
            default -> throw new AssertionError(op);
        }
    }

    private static YType inner(YType xml, int at) {
        return (YType) ((YType) xml.elements().get(at)).elements().get(0);
    }

    private static List<Object> list(JsonNode array) {
        List<Object> values = new ArrayList<>();
        array.forEach(value -> values.add(value(value)));
        return values;
    }

    private static Map<String, Object> object(JsonNode json) {
        Map<String, Object> map = new LinkedHashMap<>();
        json.properties().forEach(field -> map.put(field.getKey(), value(field.getValue())));
        return map;
    }

    private static Object value(JsonNode json) {
        if (json.isObject()) {
            return json.has("zero") ? (Object) (-0.0) : object(json);
        }
        return json.isArray()
                ? list(json)
                : json.isTextual()
                        ? json.asText()
                        : json.isNull() ? null : json.isBoolean() ? json.asBoolean() : json.asDouble();
    }

    /** One replica takes all updates in a disturbed order, in either version, and then has what the judge has. */
    void judge(UpdateFormat format) throws Exception {
        YDocument replica = client(5);
        List<byte[]> log = new ArrayList<>();
        for (int i = 0; i < inOrder.size(); i++) {
            byte[] update = inOrder.get(i);
            byte[] given = format == UpdateFormat.V1 ? update : Updates.convert(update, UpdateFormat.V1, format);
            byte[] news = replica.news(given, format);
            Applied applied = replica.apply(given, format);
            same("news", news, applied.news());
            if (applied.isNew()) {
                log.add(applied.news());
            }
            JsonNode each = session.path("each").path(i);
            if (!each.isMissingNode()) {
                same(
                        "vector after " + i,
                        Fixtures.base64(each.get(0)),
                        replica.stateVector().toBytes());
                assertEquals(each.get(1).asText(), Fixtures.hash(replica.encode()), "state after " + i);
            }
            if (i == inOrder.size() >> 1) {
                half(replica);
            }
        }
        byte[] full = Fixtures.base64(session.get("full"));
        replica.apply(full);
        same("stateV1", replica.encode());
        same("stateV2", replica.encode(UpdateFormat.V2));
        same("stateVector", replica.stateVector().toBytes());
        StateVector half = StateVector.of(Fixtures.base64(session.get("half").get("stateVector")));
        same("diff", replica.encode(UpdateFormat.V1, half));
        same("snapshot", replica.snapshot().toBytes());
        shows(replica);
        YDocument fromLog = client(6);
        log.forEach(fromLog::apply);
        fromLog.apply(full);
        same("stateV1", fromLog.encode());
        YDocument loaded = client(7);
        assertEquals(true, loaded.apply(replica.encode(format), format).isNew());
        same("loaded", loaded.encode());
        assertEquals(false, loaded.apply(replica.encode(format), format).isNew());
    }

    /** In the middle, with much that waits. */
    private void half(YDocument replica) {
        JsonNode half = session.get("half");
        StateVector theirs = StateVector.of(Fixtures.base64(half.get("stateVector")));
        same("half", theirs.toBytes(), replica.stateVector().toBytes());
        same("half", Fixtures.base64(half.get("state")), replica.encode());
        same("half", Fixtures.base64(half.get("stateV2")), replica.encode(UpdateFormat.V2));
    }

    private void shows(YDocument replica) throws Exception {
        YType text = replica.text("text");
        assertEquals(session.get("text").asText(), text.text());
        assertEquals(session.get("delta"), Shown.json(text.delta()));
        assertEquals(session.get("map"), Shown.json(replica.map("map").entries()));
        assertEquals(session.get("array"), Shown.json(replica.array("array").elements()));
        assertEquals(session.get("xml").asText(), replica.xml("xml").xml());
        for (JsonNode position : session.get("positions")) {
            RelativePosition at = replica.positionAt(
                    text, position.get("at").asInt(), position.get("assoc").asLong());
            same("position", Fixtures.base64(position.get("bytes")), at.toBytes());
            RelativePosition read = RelativePosition.of(Fixtures.base64(position.get("bytes")));
            assertEquals(at, read);
            assertEquals(position.get("index").asInt(), replica.resolve(read).index());
        }
    }

    /** What is done without a document. */
    void merge() {
        byte[][] all = inOrder.toArray(new byte[0][]);
        byte[] merged = Updates.merge(UpdateFormat.V1, all);
        same("merged", merged);
        same("mergedVector", Updates.stateVector(UpdateFormat.V1, merged).toBytes());
        same(
                "mergedDiff",
                Updates.diff(
                        UpdateFormat.V1,
                        merged,
                        Fixtures.base64(session.get("half").get("stateVector"))));
        byte[][] inV2 = inOrder.stream()
                .map(update -> Updates.convert(update, UpdateFormat.V1, UpdateFormat.V2))
                .toArray(byte[][]::new);
        same("mergedV2", Updates.merge(UpdateFormat.V2, inV2));
        same("converted", Updates.convert(Fixtures.base64(session.get("stateV2")), UpdateFormat.V2, UpdateFormat.V1));
    }
}
