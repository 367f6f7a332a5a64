package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Undo does what Yjs does, with the same bytes after each step, when node and npm are there. 100 new sessions in a build, and in proportion
 * to {@code concord.tries}. With {@code -Dconcord.require=all} node must be there.
 */
class UndoJudgeTest {
    private static final long FIRST_SEED = 2_000_000;

    @Test
    void undoHasTheBytesOfYjs() throws Exception {
        String problem = NodeJudge.install();
        assertTrue(problem.isEmpty() || !NodeJudge.isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED;
        int count = Seeds.runs(100);
        Process node = new ProcessBuilder("node", "undo.mjs", "" + count, "" + seed)
                .directory(NodeJudge.HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int sessions = 0;
        int undone = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode session = Fixtures.JSON.readTree(line);
                int[] steps = new int[1];
                Seeds.run("UndoJudgeTest", seed + sessions++, given -> steps[0] = run(session));
                undone += steps[0];
            }
        } finally {
            node.destroy();
        }
        assertEquals(0, node.waitFor());
        assertEquals(count, sessions);
        System.out.println("undo: " + sessions + " sessions with " + undone + " steps undone or redone; no difference");
    }

    private static int run(JsonNode session) {
        YDocument own = RecordedSession.client(session.get("ids").get(0).asLong());
        YDocument other = RecordedSession.client(session.get("ids").get(1).asLong());
        YType[] scope = new YType[session.get("scope").size()];
        for (int i = 0; i < scope.length; i++) {
            scope[i] = own.root(session.get("scope").get(i).asText());
        }
        YUndo undo = new YUndo(own, Set.of("own"), 1_000_000, () -> 1, scope);
        int undone = 0;
        int number = 0;
        for (JsonNode step : session.get("steps")) {
            String what = "step " + number++ + " " + step.get("do") + " " + step.get("op");
            byte[] made = new byte[0];
            switch (step.get("do").asText()) {
                case "undo" -> made = undo.undo();
                case "redo" -> made = undo.redo();
                case "end" -> undo.endStep();
                case "theirs" -> other.edit(() -> RecordedSession.edit(other, step.get("op")));
                case "take" -> own.apply(Fixtures.base64(step.get("update")));
                case "give" -> {
                    other.apply(own.encode(UpdateFormat.V1, other.stateVector()));
                    assertEquals(hex(step.get("state")), Fixtures.hex(other.encode()), what);
                }
                case "edit" ->
                    made = own.edit(
                            step.get("tracked").asBoolean() ? "own" : "program",
                            () -> RecordedSession.edit(own, step.get("op")));
                default -> throw new AssertionError(what);
            }
            if (step.has("own")) {
                assertEquals(step.get("text").asText(), own.text("text").text(), what);
                if (!step.get("do").asText().equals("take")) {
                    assertEquals(hex(step.get("update")), Fixtures.hex(made), what);
                }
                assertEquals(hex(step.get("own")), Fixtures.hex(own.encode()), what);
                assertEquals(step.get("undo").asInt() > 0, undo.canUndo(), what);
                assertEquals(step.get("redo").asInt() > 0, undo.canRedo(), what);
            }
            undone += made.length > 0 && !step.get("do").asText().equals("edit") ? 1 : 0;
        }
        own.checkInvariants();
        return undone;
    }

    private static String hex(JsonNode base64) {
        return Fixtures.hex(Fixtures.base64(base64));
    }
}
