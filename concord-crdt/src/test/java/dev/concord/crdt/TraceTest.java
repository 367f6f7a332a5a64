package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** A real editing history ends at its recorded text, typed and merged. */
class TraceTest {
    @Test
    void sveltecomponent() throws IOException {
        JsonNode trace;
        try (InputStream in = TraceTest.class.getResourceAsStream("/traces/sveltecomponent.json.gz")) {
            trace = new ObjectMapper().readTree(new GZIPInputStream(in));
        }
        Document typed = new Document("typist");
        Document merged = new Document("reader");
        List<Operation> ops = new ArrayList<>();
        for (JsonNode transaction : trace.get("txns")) {
            for (JsonNode patch : transaction.get("patches")) {
                // All characters of this history are of one UTF-16 unit, so positions are offsets.
                int at = patch.get(0).asInt();
                ops.addAll(typed.delete(at, patch.get(1).asInt()));
                if (!patch.get(2).asText().isEmpty()) {
                    ops.addAll(typed.insert(at, patch.get(2).asText()));
                }
            }
        }
        ops.forEach(merged::apply);
        String end = trace.get("endContent").asText();
        assertEquals(end, typed.text());
        assertEquals(end, merged.text());
        assertArrayEquals(typed.encode(), merged.encode());
        assertEquals(end, Document.load("late", typed.encode()).text());
        merged.checkInvariants();
    }
}
