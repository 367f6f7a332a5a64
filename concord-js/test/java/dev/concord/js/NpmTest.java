package dev.concord.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.concord.testing.browser.WebFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The package's own commands. What they need is looked for; without it a test is skipped, or fails where everything is required to run. */
final class NpmTest {
    private static final Path FOLDER = WebFiles.project().resolve("concord-js");
    private static final boolean REQUIRED =
            System.getProperty("concord.require", "").equals("all");

    @Test
    void npmTestPasses() throws IOException, InterruptedException {
        npm("test");
    }

    @Test
    void theDeclarationsAreWhatACompilerMakesOfThem() throws IOException, InterruptedException {
        if (!Files.isDirectory(FOLDER.resolve("node_modules/typescript"))) {
            if (!REQUIRED) {
                skip("no TypeScript: run npm ci in concord-js");
            }
            npm("ci", "--no-audit", "--no-fund");
        }
        npm("run", "types");
    }

    private static void npm(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("npm"));
        command.addAll(List.of(arguments));
        // Not through a pipe, which whatever npm starts could keep open.
        Path output = Files.createTempFile("concord-npm", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // What random tests find is sought in the browser; this is about the other platform.
        int tries = Math.max(1, Integer.getInteger("concord.tries", 100) / 10);
        builder.environment().put("CONCORD_TRIES", String.valueOf(tries));
        Process npm;
        try {
            npm = builder.start();
        } catch (IOException e) {
            skip("no npm on the PATH: " + e.getMessage());
            return;
        }
        boolean ended = npm.waitFor(15, TimeUnit.MINUTES);
        if (!ended) {
            npm.descendants().forEach(ProcessHandle::destroyForcibly);
            npm.destroyForcibly();
        }
        String said = Files.readString(output);
        assertTrue(ended, () -> "npm does not end: " + said);
        assertEquals(0, npm.exitValue(), said);
    }

    private static void skip(String reason) {
        if (REQUIRED) {
            fail(reason);
        }
        System.out.println("skipped: " + reason);
        abort(reason);
    }
}
