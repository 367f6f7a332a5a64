package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Undo does what Yjs does, with the same bytes after each step: in recorded sessions, and when node and npm are there in 100 new ones a build,
 * and in proportion to {@code concord.tries}. With {@code -Dconcord.require=all} node must be there.
 */
class UndoJudgeTest {
    private static final long FIRST_SEED = 2_000_000;

    @Test
    void recordedSessionsHaveTheBytesOfYjs() throws Exception {
        int undone = 0;
        for (String line : Fixtures.lines("undo.jsonl")) {
            undone += UndoSession.run(Fixtures.JSON.readTree(line));
        }
        assertTrue(undone > 100);
    }

    @Test
    void newSessionsHaveTheBytesOfYjs() throws Exception {
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
                Seeds.run(
                        "UndoJudgeTest#newSessionsHaveTheBytesOfYjs",
                        seed + sessions++,
                        given -> steps[0] = UndoSession.run(session));
                undone += steps[0];
            }
        } finally {
            node.destroy();
        }
        assertEquals(0, node.waitFor());
        assertEquals(count, sessions);
        System.out.println("undo: " + sessions + " sessions with " + undone + " steps undone or redone; no difference");
    }
}
