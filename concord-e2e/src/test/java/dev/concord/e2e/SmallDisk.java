package dev.concord.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system in memory that is small enough to be filled, in a mount namespace of its own so that it needs no rights and leaves
 * nothing behind. Processes see it that are started with its {@link #prefix}.
 */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Process holder;
    private final Path filler;

    private SmallDisk(Process holder, Path directory) {
        this.holder = holder;
        this.filler = Path.of("/proc", String.valueOf(holder.pid()), "root")
                .resolve(directory.getRoot().relativize(directory))
                .resolve("filler");
    }

    /** Mounts one over an empty directory. */
    static SmallDisk mount(Path directory, int megabytes) throws IOException {
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=" + megabytes + "m tmpfs \"$0\" && echo mounted && exec sleep infinity",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader said = holder.inputReader(UTF_8);
        String line = said.readLine();
        if (!"mounted".equals(line)) {
            holder.destroyForcibly();
            throw new IOException("this system lets nobody mount a tmpfs in a namespace of its own: " + line);
        }
        return new SmallDisk(holder, directory);
    }

    /** What a command begins with that is to see the disk. */
    List<String> prefix() {
        return List.of(
                "nsenter", "--target", String.valueOf(holder.pid()), "--user", "--mount", "--preserve-credentials");
    }

    /** Takes all the space that is left. */
    void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(new byte[BLOCK]);
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    /** Gives it back. */
    void free() throws IOException {
        Files.delete(filler);
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
