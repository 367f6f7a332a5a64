package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.concord.testing.Await;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged desktop editor on a display of its own (Xvfb), driven by keys and mouse: {@link DesktopTrial}, in a process of its own, since a JVM has one
 * display. Screenshots go to target/screenshots.
 */
@ExtendWith(ServerLogs.class)
class DesktopTest {
    @TempDir
    Path home;

    @Test
    @Timeout(900)
    void two_people_one_of_them_at_the_desktop_editor() throws IOException, InterruptedException {
        Path xvfb = onPath("Xvfb");
        boolean draws = Files.exists(Path.of(System.getProperty("java.home"), "lib", "libawt_xawt.so"));
        if (xvfb == null || !draws) {
            String reason = draws
                    ? "no Xvfb on the PATH: install xvfb"
                    : "this JDK cannot open windows: install one that is not headless";
            if (System.getProperty("concord.require", "").equals("all")) {
                fail(reason);
            }
            System.out.println("skipped: " + reason);
            abort(reason);
        }
        Process display = new ProcessBuilder(
                        xvfb.toString(), "-displayfd", "1", "-screen", "0", "1000x760x24", "-nolisten", "tcp")
                .redirectError(home.resolve("xvfb.log").toFile())
                .start();
        try (ServerProcess server = new ServerProcess(home).onOnePort().start();
                BufferedReader number = display.inputReader(UTF_8)) {
            String line = number.readLine();
            assertTrue(line != null, () -> "Xvfb did not start: " + read(home.resolve("xvfb.log")));
            Path log = home.resolve("desktop.log");
            Process trial = desktop(":" + line.strip(), server, log).start();
            try {
                Await.until(
                        "the trial is ready",
                        Duration.ofMinutes(10),
                        () -> read(log).contains(DesktopTrial.LOSE_DATA) || !trial.isAlive());
                server.kill9();
                server.loseData();
                server.start();
                if (!trial.waitFor(600, TimeUnit.SECONDS)) {
                    dumpThreads(trial);
                    fail("the trial did not end: " + read(log));
                }
            } finally {
                trial.destroyForcibly();
            }
            assertEquals(0, trial.exitValue(), () -> read(log));
            String text = server.text("desktop");
            assertTrue(read(log).contains("text: " + text.replace("\n", "\\n")), () -> text + " but " + read(log));
        } finally {
            display.destroy();
        }
    }

    private ProcessBuilder desktop(String display, ServerProcess server, Path log) {
        Path jar = ServerProcess.root().resolve(Path.of("concord-desktop", "target", "concord-desktop.jar"));
        assertTrue(Files.isRegularFile(jar), () -> jar + " is missing: run ./mvnw verify and not ./mvnw test");
        // The trial waits as the tests do, with a class of another module.
        Path waits = Path.of(URI.create(
                Await.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        String classes = String.join(
                File.pathSeparator,
                jar.toString(),
                Path.of("target", "test-classes").toString(),
                waits.toString());
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=false",
                "-Duser.name=Ann",
                "-Duser.home=" + home,
                "-cp",
                classes,
                DesktopTrial.class.getName(),
                "http://127.0.0.1:" + server.port(),
                "desktop",
                Path.of("target", "screenshots").toAbsolutePath().toString()));
        builder.environment().put("DISPLAY", display);
        builder.environment().remove("CONCORD_DESKTOP_DIR");
        return builder.redirectErrorStream(true).redirectOutput(log.toFile());
    }

    /** Has a JVM that hangs write to its log where. */
    private static void dumpThreads(Process jvm) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", String.valueOf(jvm.pid())).start().waitFor();
        jvm.waitFor(10, TimeUnit.SECONDS);
    }

    private static Path onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder, program);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }
}
