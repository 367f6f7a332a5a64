package dev.concord.testing.postgres;

import dev.concord.testing.Await;
import dev.concord.testing.network.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A PostgreSQL from binaries on the class path that belongs to one test, which may stop it and start it again on the same data and
 * the same port. Used by one thread.
 */
public final class OwnPostgres implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final Path directory;
    private final boolean durable;
    private EmbeddedPostgres running;
    private final int port;

    private OwnPostgres(Path directory, boolean durable) throws IOException {
        this.directory = directory;
        this.durable = durable;
        this.running = launchAnywhere();
        this.port = running.getPort();
    }

    private EmbeddedPostgres launchAnywhere() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return launch(FreePort.next());
            } catch (IOException | IllegalStateException failure) {
                // Another process may have taken the port between the look and the start.
                if (attempt == ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    /** One that does not sync to the disk, for tests of what a statement does. */
    static OwnPostgres startQuick(Path directory) throws IOException {
        return new OwnPostgres(directory, false);
    }

    /**
     * Starts one that syncs its commits to the disk. Skips the test when it cannot be had, or fails it where nothing may be skipped.
     *
     * @param directory for its data, which outlives the server
     */
    public static OwnPostgres start(Path directory) {
        try {
            return new OwnPostgres(directory, true);
        } catch (IOException | RuntimeException | LinkageError failure) {
            throw PostgresForTests.none(failure);
        }
    }

    /** The address of its database {@code postgres}, the same all the time. */
    public String url() {
        return "postgres://postgres@localhost:" + port + "/postgres";
    }

    /** Ends it and every connection. Returns when no process of it is left. */
    public void stop() {
        try {
            running.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        // The library waits for some seconds only, and does not say so when they were too few.
        Path lock = directory.resolve("data").resolve("postmaster.pid");
        Await.until("PostgreSQL has ended", () -> !Files.exists(lock));
    }

    /** Starts it again after {@link #stop}. */
    public void startAgain() {
        try {
            running = launch(port);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private EmbeddedPostgres launch(int wanted) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("data"))
                .setCleanDataDirectory(false)
                .setServerConfig("synchronous_commit", durable ? "on" : "off")
                .setServerConfig("fsync", durable ? "on" : "off")
                .setPGStartupWait(Duration.ofSeconds(60));
        return builder.setPort(wanted).start();
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends it and removes its data, as far as the server has not done so itself. */
    void delete() {
        stop();
        remove(directory.toFile());
    }

    private static void remove(File file) {
        File[] below = file.listFiles();
        if (below != null) {
            for (File each : below) {
                remove(each);
            }
        }
        file.delete();
    }
}
