package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A few keys of one map, set by some forty clients one after another and at the same time: the shape of an update that other engines have read
 * otherwise than Yjs. Recorded ones in every build, new ones when node and npm are there.
 */
class KeysTest {
    private static final long FIRST_SEED = 3_000_000;

    @Test
    void recordedHistoriesAreReadAsYjsReadsThem() throws Exception {
        String[] lines = Fixtures.lines("keys.jsonl");
        assertEquals(5, lines.length);
        for (String line : lines) {
            check(line);
        }
    }

    @Test
    void newHistoriesAreReadAsYjsReadsThem() throws Exception {
        String problem = NodeJudge.install();
        assertTrue(problem.isEmpty() || !NodeJudge.isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED;
        int count = Seeds.runs(100);
        Process node = new ProcessBuilder("node", "keys.mjs", "" + count, "" + seed)
                .directory(NodeJudge.HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int histories = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String history = line;
                Seeds.run("KeysTest#newHistoriesAreReadAsYjsReadsThem", seed + histories++, given -> check(history));
            }
        } finally {
            node.destroy();
        }
        assertEquals(0, node.waitFor());
        assertEquals(count, histories);
        System.out.println("keys: " + histories + " new histories; no difference");
    }

    private static void check(String line) throws Exception {
        JsonNode history = Fixtures.JSON.readTree(line);
        List<byte[]> states = new ArrayList<>();
        history.get("states").forEach(state -> states.add(Fixtures.base64(state)));
        byte[] merged = Updates.merge(UpdateFormat.V1, states.toArray(new byte[0][]));
        assertArrayEquals(Fixtures.base64(history.get("merged")), merged);
        YDocument atOnce = new YDocument(5);
        atOnce.apply(merged);
        YDocument oneByOne = new YDocument(6, YOptions.SERVER);
        states.forEach(oneByOne::apply);
        for (YDocument document : List.of(atOnce, oneByOne)) {
            YType map = document.map("state");
            assertEquals(history.get("map"), Shown.json(map.toJson()));
            assertArrayEquals(
                    Fixtures.base64(history.get("vector")),
                    document.stateVector().toBytes());
        }
        assertArrayEquals(Fixtures.base64(history.get("state")), atOnce.encode());
    }

    /** Gaps at the beginning of blocks, in an update from the field that engines have read differently. */
    @Test
    void gapsInFrontOfStructsThatOthersWaitForAreReadAsYjsReadsThem() throws Exception {
        String[] lines = Fixtures.lines("gaps.txt");
        YDocument document = new YDocument(9);
        document.apply(Fixtures.hex(lines[0]));
        assertEquals(Map.of("path", "untitled.txt"), document.map("state").toJson());
        assertEquals(lines[1], Fixtures.hex(document.encode()));
        assertEquals(lines[2], Fixtures.hex(document.encode(UpdateFormat.V2)));
        YDocument loaded = new YDocument(8);
        loaded.apply(document.encode());
        assertEquals(lines[1], Fixtures.hex(loaded.encode()));
    }
}
