package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Yjs and its clients in node, where the scripts of the tests run. */
public final class NodeJudge {
    public static final Path HOME = Path.of("target/node");
    private static final Path SOURCES = Path.of("src/test/node");

    private NodeJudge() {}

    /** Whether a test must not be skipped because it is missing. */
    public static boolean isRequired() {
        return System.getProperty("concord.require", "").equals("all");
    }

    /** Puts Yjs and its clients where the scripts are. Returns why they cannot be, or nothing. */
    public static String install() throws IOException, InterruptedException {
        Path wanted = SOURCES.resolve("package-lock.json");
        Path installed = HOME.resolve("installed.json");
        Files.createDirectories(HOME);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SOURCES)) {
            for (Path file : files) {
                Files.copy(file, HOME.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (Files.exists(installed) && Files.mismatch(installed, wanted) < 0) {
            return "";
        }
        List<String> npm = new ArrayList<>(List.of("npm", "--prefix", HOME.toString()));
        npm.addAll(List.of("ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        try {
            Path output = HOME.resolve("npm.log");
            Process process = new ProcessBuilder(npm)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(15, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return "npm does not end: " + Files.readString(output).strip();
            }
            if (process.exitValue() != 0) {
                return "Yjs could not be installed: " + Files.readString(output).strip();
            }
            Files.copy(wanted, installed, StandardCopyOption.REPLACE_EXISTING);
            return "";
        } catch (IOException e) {
            return "there is no npm: " + e.getMessage();
        }
    }

    /** Runs a script for so many seeds, and hands over each line that it prints. Skipped when there is no node. */
    public static void run(String script, int count, long seed, Line line) throws Exception {
        String problem = install();
        assertTrue(problem.isEmpty() || !isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        Process node = new ProcessBuilder("node", script, "" + count, "" + seed)
                .directory(HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                line.take(text);
            }
        } finally {
            node.destroy();
        }
        assertEquals(0, node.waitFor());
    }

    /** What is done with a line. */
    public interface Line {
        void take(String line) throws Exception;
    }
}
