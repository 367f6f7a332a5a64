package dev.concord.yjs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What types show, as the JSON that {@code sessions.mjs} writes of them. */
final class Shown {
    private Shown() {}

    static JsonNode json(Object shown) throws Exception {
        return Fixtures.JSON.readTree(JsJson.stringify(plain(shown)));
    }

    private static Object plain(Object shown) {
        if (shown instanceof DeltaOp op) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("insert", plain(op.insert()));
            if (!op.attributes().isEmpty()) {
                map.put("attributes", plain(op.attributes()));
            }
            return map;
        }
        if (shown instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> copy.put((String) key, plain(value)));
            return copy;
        }
        if (shown instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(value -> copy.add(plain(value)));
            return copy;
        }
        if (shown instanceof byte[] bytes) {
            List<Object> numbers = new ArrayList<>();
            for (byte b : bytes) {
                numbers.add((long) (b & 0xff));
            }
            return Map.of("bytes", numbers);
        }
        if (shown instanceof SubDocument document) {
            return Map.of("guid", document.guid());
        }
        if (shown instanceof YType type) {
            return plain(type.toJson());
        }
        // JSON has no -0; the recording says so in words.
        return shown instanceof Double number && number == 0 && 1 / number < 0 ? Map.of("zero", "-") : shown;
    }
}
