package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * New sessions of Yjs itself, when node and npm are there. 100 in a build, and in proportion to {@code concord.tries}. With {@code -Dconcord.require=all} node must be there.
 */
class NodeJudgeTest {
    /** The recorded sessions have the seeds below. */
    private static final long FIRST_SEED = 1_000_000;

    @Test
    void newSessionsHaveTheBytesOfYjs() throws Exception {
        String problem = NodeJudge.install();
        assertTrue(problem.isEmpty() || !NodeJudge.isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED + Seeds.first();
        int count = Seeds.runs(100);
        Process node = new ProcessBuilder("node", "sessions.mjs", "" + count, "" + seed)
                .directory(NodeJudge.HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int sessions = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String session = line;
                Seeds.run("NodeJudgeTest", seed + sessions++, given -> {
                    new RecordedSession(session).replay();
                    new RecordedSession(session).judge(UpdateFormat.V1);
                    new RecordedSession(session).judge(UpdateFormat.V2);
                    new RecordedSession(session).merge();
                });
            }
        }
        assertEquals(0, node.waitFor());
        assertEquals(count, sessions);
        System.out.println("Yjs in node: " + sessions + " new sessions from seed " + seed + " on; no difference");
    }
}
