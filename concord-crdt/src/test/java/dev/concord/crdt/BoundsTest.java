package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bounds of docs/FORMAT.md, from the file that the tests of the JavaScript engine read, too. */
class BoundsTest {
    private final JsonNode bounds =
            new JsonMapper().readTree(Files.readAllBytes(Path.of("src/test/resources/fixtures/bounds.json")));

    BoundsTest() throws IOException {}

    @Test
    void theNumbersAreThoseOfTheFile() {
        assertEquals(bounds.get("maxCounter").longValue(), ElementId.MAX_COUNTER);
        assertEquals(bounds.get("maxElements").longValue(), Document.MAX_ELEMENTS);
        assertEquals(bounds.get("randomSiteLength").intValue(), Sites.random().length());
        assertEquals(
                bounds.get("randomSiteLength").intValue(),
                Sites.random(new Random(1)).length());
        assertEquals(
                bounds.get("randomSiteBits").intValue(),
                bounds.get("randomSiteLength").intValue() * 6);
        int longest = bounds.get("maxSiteLength").intValue();
        assertNotNull(new Document("s".repeat(longest)));
        assertThrows(InvalidOperationException.class, () -> new Document("s".repeat(longest + 1)));
    }

    @Test
    void acceptedStatesCanBeMergedAndWrittenAndMergedAgain() {
        bounds.get("acceptedStates").properties().forEach(state -> {
            Document document = new Document("r");
            document.merge(bytes(state.getValue()));
            byte[] written = document.encode();
            document.merge(written);
            document.merge(bytes(state.getValue()));
            assertArrayEquals(written, Document.load("s", written).encode(), state.getKey());
            assertArrayEquals(written, document.encode(), state.getKey());
        });
    }

    @Test
    void refusedStatesChangeNothing() {
        bounds.get("refusedStates").properties().forEach(state -> {
            for (Document document : new Document[] {new Document("r"), CodecTest.specimen()}) {
                byte[] before = document.encode();
                assertThrows(
                        MalformedStateException.class, () -> document.merge(bytes(state.getValue())), state.getKey());
                assertArrayEquals(before, document.encode(), state.getKey());
            }
        });
    }

    @Test
    void aStateThatWouldPassTheBoundsOfTheDocumentChangesNothing() {
        bounds.get("refusedPairs").properties().forEach(pair -> {
            byte[] first = bytes(pair.getValue().get(0));
            byte[] second = bytes(pair.getValue().get(1));
            Document document = Document.load("r", first);
            byte[] before = document.encode();
            assertThrows(InvalidOperationException.class, () -> document.merge(second), pair.getKey());
            assertArrayEquals(before, document.encode(), pair.getKey());
            assertNotNull(Document.load("r", second), pair.getKey());
        });
    }

    @Test
    void aFullDocumentTakesNoEditAndNoOperationButDuplicatesAndDeletes() {
        Document document =
                Document.load("r", bytes(bounds.get("acceptedStates").get("a tree of 2^30 tombstones")));
        byte[] before = document.encode();
        assertThrows(InvalidOperationException.class, () -> document.insert(0, "x"));
        Operation op = new Operation.Insert(new ElementId("b", 1), Anchor.after(ElementId.HEAD), "x");
        assertThrows(InvalidOperationException.class, () -> document.check(op));
        assertThrows(InvalidOperationException.class, () -> document.apply(op));
        assertEquals(
                Outcome.DUPLICATE,
                document.apply(new Operation.Delete(new ElementId("a", 1), Document.MAX_ELEMENTS))
                        .outcome());
        assertArrayEquals(before, document.encode());
        assertEquals(Document.MAX_ELEMENTS, document.elementCount());
    }

    @Test
    void operationsAreBoundedAlike() {
        for (JsonNode op : bounds.get("acceptedOperations")) {
            Operation operation = delete(op);
            OperationWriter writer = new OperationWriter();
            writer.write(operation);
            assertEquals(operation, new OperationReader(writer.toBytes()).next());
        }
        for (JsonNode op : bounds.get("refusedOperations")) {
            assertThrows(InvalidOperationException.class, () -> delete(op), op.toString());
        }
        // A delete of a:1 and 2^30 more: tag, site, counter, number of elements minus two.
        byte[] over = HexFormat.of().parseHex("434f0107000161" + "00" + "ffffffff03");
        assertThrows(MalformedStateException.class, () -> new OperationReader(over).next());
    }

    private static Operation delete(JsonNode op) {
        JsonNode id = op.get("id");
        return new Operation.Delete(
                new ElementId(id.get("site").textValue(), id.get("counter").longValue()),
                op.path("length").asInt(1));
    }

    private static byte[] bytes(JsonNode hex) {
        return HexFormat.of().parseHex(hex.textValue());
    }
}
