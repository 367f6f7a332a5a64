package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Documents of others: what they show, and that their states have the bytes that Yjs encodes. */
class DatasetTest {
    @Test
    void theDocumentsOfYCrdtHaveTheirTextsMapsArraysAndStates() throws Exception {
        ByteIn in = new ByteIn(Fixtures.bytes("small-test-dataset.bin"));
        String[] states = Fixtures.lines("dataset-states.txt");
        int documents = (int) in.varUint();
        assertEquals(states.length, documents);
        int right = 0;
        for (int i = 0; i < documents; i++) {
            YDocument document = new YDocument(1);
            YType text = document.text("text");
            YType map = document.map("map");
            YType array = document.array("array");
            int updates = (int) in.varUint();
            for (int k = 0; k < updates; k++) {
                int size = in.size();
                document.apply(java.util.Arrays.copyOfRange(in.bytes, in.at, in.at + size));
                in.at += size;
            }
            assertEquals(in.string(), text.text(), "the text of document " + i);
            assertEquals(loose(Values.read(in)), loose(map.toJson()), "the map of document " + i);
            assertEquals(loose(Values.read(in)), loose(array.toJson()), "the array of document " + i);
            String state = Fixtures.hash(document.encode()) + " " + Fixtures.hash(document.encode(UpdateFormat.V2));
            assertEquals(states[i], state, "the state of document " + i);
            right++;
        }
        in.expectEnd("the data set");
        assertEquals(5320, right);
    }

    /** Numbers as they print, undefined as null: the data set was written by another library. */
    private static JsonNode loose(Object value) throws Exception {
        return Fixtures.JSON.readTree(JsJson.stringify(value));
    }

    @Test
    void anOldLargeTextIsEncodedAsYjsDoes() throws Exception {
        YDocument document = new YDocument(1);
        document.apply(Fixtures.bytes("b4-update.bin"));
        byte[] state = document.encode();
        assertEquals(385_866, state.length);
        assertEquals("48ee101a81b7448b", Fixtures.hash(state));
        assertEquals(List.of("text"), List.copyOf(document.roots().keySet()));
        assertEquals(Map.of(), document.root("text").entries());
    }
}
