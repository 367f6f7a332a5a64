package dev.concord.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code npm test} in the package for npm. Without Node it is skipped, or fails where everything is required to run. */
final class NpmTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("concord.basedir", "..")).resolve("concord-js");

    @Test
    void npmTestPasses() throws IOException, InterruptedException {
        Process npm;
        try {
            ProcessBuilder builder = new ProcessBuilder("npm", "test").directory(FOLDER.toFile());
            // What random tests find is sought in the browser; this is about the other platform.
            builder.environment()
                    .put("CONCORD_TRIES", String.valueOf(Math.max(1, Integer.getInteger("concord.tries", 100) / 10)));
            npm = builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            String reason = "no npm on the PATH: " + e.getMessage();
            if (System.getProperty("concord.require", "").equals("all")) {
                fail(reason);
            }
            System.out.println("skipped: " + reason);
            abort(reason);
            return;
        }
        String output = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, npm.waitFor(), output);
    }
}
