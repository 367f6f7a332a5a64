package dev.concord.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A measuring process that prints one line. */
final class Fork {
    /** JDK 17 sometimes fails to start a process on a busy machine, before anything of the command has run. */
    private static final int STARTS = 3;

    private Fork() {}

    /** The last line that a class prints, run by this JDK with the options of this JVM. */
    static String java(String classPath, String mainClass, List<String> args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(args);
        return run(new ProcessBuilder(command), mainClass + " " + args);
    }

    /** The last line that a command prints. */
    static String run(ProcessBuilder command, String what) throws IOException {
        Process process = started(command.redirectError(ProcessBuilder.Redirect.INHERIT));
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String last = null;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
            int status = process.waitFor();
            if (status != 0 || last == null) {
                throw new IOException("the measurement " + what + " ended with status " + status);
            }
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
    }

    private static Process started(ProcessBuilder command) throws IOException {
        for (int start = 1; ; start++) {
            try {
                return command.start();
            } catch (IOException e) {
                if (start == STARTS) {
                    throw e;
                }
            }
        }
    }
}
