package dev.concord.testing.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The redis-server that the embedded-redis library carries for this platform, unpacked once for each JVM. */
final class EmbeddedRedisBinary {
    private static @Nullable Path unpacked;

    private EmbeddedRedisBinary() {}

    static synchronized Optional<Path> find() {
        if (unpacked != null) {
            return Optional.of(unpacked);
        }
        String name = name();
        try (InputStream binary = EmbeddedRedisBinary.class.getResourceAsStream("/" + name)) {
            if (binary == null) {
                return Optional.empty();
            }
            Path file = Files.createTempFile("concord-redis-server", "");
            file.toFile().deleteOnExit();
            Files.write(file, binary.readAllBytes());
            if (!file.toFile().setExecutable(true)) {
                return Optional.empty();
            }
            unpacked = file;
            return Optional.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String os = System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT);
        if (os.contains("mac")) {
            return "redis-server-6.2.6-v5-darwin-" + (arm ? "arm64" : "amd64");
        }
        if (os.contains("linux")) {
            return arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
        }
        return "redis-server-5.0.14.1-windows-amd64.exe";
    }
}
