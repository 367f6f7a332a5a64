package dev.concord.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.concord.testing.browser.WebFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true);
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
        String output = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, npm.waitFor(), output);
    }

    private static void skip(String reason) {
        if (REQUIRED) {
            fail(reason);
        }
        System.out.println("skipped: " + reason);
        abort(reason);
    }
}
