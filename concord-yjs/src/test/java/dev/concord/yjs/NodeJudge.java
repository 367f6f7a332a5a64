package dev.concord.yjs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Yjs in node, where the scripts of the tests run. */
final class NodeJudge {
    static final Path HOME = Path.of("target/node");
    private static final Path SOURCES = Path.of("src/test/node");

    private NodeJudge() {}

    /** Whether a test must not be skipped because it is missing. */
    static boolean isRequired() {
        return System.getProperty("concord.require", "").equals("all");
    }

    /** Puts Yjs where the script is. Returns why it cannot be, or nothing. */
    static String install() throws IOException, InterruptedException {
        Files.createDirectories(HOME);
        for (String file :
                List.of("package.json", "package-lock.json", "random.mjs", "sessions.mjs", "undo.mjs", "keys.mjs")) {
            Files.copy(SOURCES.resolve(file), HOME.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.isDirectory(HOME.resolve("node_modules/yjs"))) {
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
            return process.exitValue() == 0
                    ? ""
                    : "Yjs could not be installed: " + Files.readString(output).strip();
        } catch (IOException e) {
            return "there is no npm: " + e.getMessage();
        }
    }
}
