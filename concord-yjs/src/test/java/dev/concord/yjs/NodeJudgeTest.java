package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * New sessions of Yjs itself, when node and npm are there. 100 in a build, and in proportion to {@code concord.tries}. With {@code -Dconcord.require=all} node must be there.
 */
class NodeJudgeTest {
    private static final Path SOURCES = Path.of("src/test/node");
    private static final Path HOME = Path.of("target/node");
    /** The recorded sessions have the seeds below. */
    private static final long FIRST_SEED = 1_000_000;

    @Test
    void newSessionsHaveTheBytesOfYjs() throws Exception {
        String problem = install();
        if (!problem.isEmpty()) {
            assertNotEquals("all", System.getProperty("concord.require", ""), problem);
            assumeTrue(false, problem);
        }
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED + Seeds.first();
        int count = Seeds.runs(100);
        Process node = new ProcessBuilder("node", "sessions.mjs", "" + count, "" + seed)
                .directory(HOME.toFile())
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

    /** Puts Yjs where the script is. Returns why it cannot be, or nothing. */
    private static String install() throws IOException, InterruptedException {
        Files.createDirectories(HOME);
        for (String file : List.of("package.json", "package-lock.json", "sessions.mjs")) {
            Files.copy(SOURCES.resolve(file), HOME.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.isDirectory(HOME.resolve("node_modules/yjs"))) {
            return "";
        }
        List<String> npm = new ArrayList<>(List.of("npm", "--prefix", HOME.toString()));
        npm.addAll(List.of("ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        try {
            Process process = new ProcessBuilder(npm).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : "Yjs could not be installed: " + said.strip();
        } catch (IOException e) {
            return "there is no npm: " + e.getMessage();
        }
    }
}
