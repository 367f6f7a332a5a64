package dev.concord.testing.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL that has the extension pgvector. The one that {@link PostgresForTests} finds may have it; into the one from the class path's
 * binaries it is put, built by {@code .ci/pgvector} and kept in the directory that {@code CONCORD_PGVECTOR_DIR} names, or in the user's cache.
 * Where it cannot be had the test is skipped and says why, or fails under {@code -Dconcord.require=all}.
 */
public final class PgVectorForTests {
    private static final String DIRECTORY = "CONCORD_PGVECTOR_DIR";

    private static boolean there;

    private PgVectorForTests() {}

    /** The address of a new, empty database whose server has pgvector; the extension is not created yet. */
    public static synchronized String freshDatabase() {
        String url = PostgresForTests.freshDatabase();
        if (!there) {
            try {
                provide(url);
                there = true;
            } catch (IOException | SQLException | RuntimeException failure) {
                throw PostgresForTests.none(new IllegalStateException("pgvector: " + failure.getMessage(), failure));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stop);
            }
        }
        return url;
    }

    private static void provide(String url) throws IOException, SQLException, InterruptedException {
        try (Connection connection = PostgresForTests.connect(url);
                Statement statement = connection.createStatement()) {
            if (one(statement, "select count(*) from pg_available_extensions where name = 'vector'")
                    .equals("1")) {
                return;
            }
            Path libraries = Path.of(one(statement, "select setting from pg_config where name = 'PKGLIBDIR'"));
            Path shared = Path.of(one(statement, "select setting from pg_config where name = 'SHAREDIR'"));
            if (!Files.isDirectory(libraries)) {
                throw new IllegalStateException("this server does not have it, and is not on this machine");
            }
            Path built = built();
            try (var files = Files.list(built)) {
                // The control file last: it is what the server looks for.
                List<Path> all = files.sorted((a, b) -> Boolean.compare(isControl(a), isControl(b)))
                        .toList();
                for (Path file : all) {
                    Path to = file.toString().endsWith(".so") ? libraries : shared.resolve("extension");
                    put(file, to);
                }
            }
        }
    }

    private static boolean isControl(Path file) {
        return file.toString().endsWith(".control");
    }

    /** Whole or not at all: other builds may use the same unpacked server. */
    private static void put(Path file, Path directory) throws IOException {
        Path copy = Files.createTempFile(directory, "concord", null);
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, directory.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path built() throws IOException, InterruptedException {
        String named = System.getenv(DIRECTORY);
        Path directory = named != null && !named.isBlank()
                ? Path.of(named)
                : Path.of(System.getProperty("user.home"), ".cache", "concord", "pgvector-pg17");
        if (!Files.exists(directory.resolve("vector.control"))) {
            Path script = Path.of(System.getProperty("concord.basedir", "."), ".ci", "pgvector");
            Path log = Files.createTempFile("concord-pgvector", ".log");
            Process build = new ProcessBuilder("bash", script.toString(), directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!build.waitFor(15, TimeUnit.MINUTES)) {
                build.descendants().forEach(ProcessHandle::destroyForcibly);
                build.destroyForcibly();
                throw new IllegalStateException(".ci/pgvector does not end: see " + log);
            }
            int status = build.exitValue();
            String said = Files.readString(log);
            Files.delete(log);
            if (status != 0) {
                throw new IllegalStateException(
                        ".ci/pgvector failed: " + said.substring(Math.max(0, said.length() - 500)));
            }
        }
        return directory;
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
