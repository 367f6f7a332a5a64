package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The trials of {@code ./concord trial} once, small, but that of a slow reader, which {@link SlowReaderTest} has with a small heap. How long the edits of others take is printed and not judged here: that is the machine's
 * affair, and what the trials are for when they are run on their own.
 */
class TrialsTest {
    private static final int MINUTES = 5;

    @TempDir
    private Path home;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hostile --frames 3000 --rate 1000 --max-rise 100000000",
                "greedy --frames 150 --bodies 15 --rounds 1 --max-rise 100000000",
                "rooms --rooms 200",
                "idle --members 300 --seconds 1",
                "sign-in --members 50"
            })
    void theServerPasses(String trial) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dconcord.server.jar=" + ServerProcess.jar(),
                "-cp",
                ServerProcess.module("concord-bench", "concord-bench.jar").toString(),
                "dev.concord.bench.trial.Trial"));
        command.addAll(List.of(trial.split(" ", -1)));
        Path printed = home.resolve("printed");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            String text = Files.readString(printed, UTF_8);
            System.out.println("./concord trial " + trial + "\n" + text);
            assertEquals(0, ended ? process.exitValue() : -1, text);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
