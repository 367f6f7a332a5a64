package dev.concord.testing.postgres;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real PostgreSQL for tests: the one that {@code CONCORD_TEST_DATABASE_URL} names, else one in Docker, else one from binaries on the
 * class path. One server for each JVM, started when the first test asks. Where none can be had the test is skipped and says why, or
 * fails under {@code -Dconcord.require=all}.
 */
public final class PostgresForTests {
    private static final String VARIABLE = "CONCORD_TEST_DATABASE_URL";
    private static final String IMAGE = "pgvector/pgvector:pg16";

    private static @Nullable String server;
    private static @Nullable String whyNone;

    private PostgresForTests() {}

    /**
     * The address of a new, empty database, in a form that {@code DATABASE_URL} takes. A server that was started for the tests goes
     * with its databases when the JVM ends; one that was named keeps them, under names that begin with {@code concord_test_}.
     */
    public static String freshDatabase() {
        String running = server();
        String name = "concord_test_" + UUID.randomUUID().toString().replace('-', '_');
        execute(running, "create database " + name);
        return running.replaceFirst("(://[^/]*/)[^?]*", "$1" + name);
    }

    /** Runs a statement on a database, beside whoever else uses it. */
    public static void execute(String databaseUrl, String sql) {
        try (Connection connection = connect(databaseUrl);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    /** A connection of the test's own to a database. */
    public static Connection connect(String databaseUrl) throws SQLException {
        if (databaseUrl.startsWith("jdbc:")) {
            return DriverManager.getConnection(databaseUrl);
        }
        URI uri = URI.create(databaseUrl);
        Properties properties = new Properties();
        if (uri.getUserInfo() != null) {
            String[] credentials = uri.getUserInfo().split(":", 2);
            properties.setProperty("user", credentials[0]);
            if (credentials.length == 2) {
                properties.setProperty("password", credentials[1]);
            }
        }
        String jdbc = "jdbc:postgresql://" + uri.getHost() + ":" + (uri.getPort() < 0 ? 5432 : uri.getPort())
                + uri.getPath() + (uri.getQuery() == null ? "" : "?" + uri.getQuery());
        return DriverManager.getConnection(jdbc, properties);
    }

    private static synchronized String server() {
        if (whyNone != null) {
            throw none(new IllegalStateException(whyNone));
        }
        String running = server;
        if (running == null) {
            try {
                running = start();
                server = running;
            } catch (IOException | RuntimeException | LinkageError failure) {
                whyNone = String.valueOf(failure);
                throw none(failure);
            }
        }
        return running;
    }

    /** Skips the test that asks, or fails it where nothing may be skipped. */
    static RuntimeException none(Throwable cause) {
        String text = "no PostgreSQL for the tests: set " + VARIABLE + ", or install Docker (" + cause + ")";
        return System.getProperty("concord.require", "").equals("all")
                ? new IllegalStateException(text, cause)
                : new TestAbortedException(text, cause);
    }

    private static String start() throws IOException {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return named.strip();
        }
        // Only looks for a socket: asking Testcontainers takes most of a second where there is none.
        if (System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"))) {
            return container();
        }
        OwnPostgres embedded = OwnPostgres.startQuick(Files.createTempDirectory("concord-postgres"));
        Runtime.getRuntime().addShutdownHook(new Thread(embedded::delete));
        return embedded.url();
    }

    @SuppressWarnings("resource") // lives as long as the JVM; Testcontainers removes it
    private static String container() {
        PostgreSQLContainer container =
                new PostgreSQLContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("postgres"));
        container.start();
        return "postgres://" + container.getUsername() + ":" + container.getPassword() + "@" + container.getHost() + ":"
                + container.getFirstMappedPort() + "/" + container.getDatabaseName();
    }
}
