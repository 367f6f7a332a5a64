package dev.concord.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import dev.concord.testing.postgres.PostgresForTests;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that another version of Concord has migrated. */
class NewerSchemaTest {
    @TempDir
    Path directory;

    /** As the migrations of a version to come leave their mark; {@code version} is above or between those of this one. */
    private static String step(String version) {
        return "insert into flyway_schema_history (installed_rank, version, description, type, script, checksum,"
                + " installed_by, execution_time, success) values (99, '" + version + "', 'rights', 'SQL',"
                + " 'V" + version + "__rights.sql', 1, 'somebody', 1, " + "true)";
    }

    private void sqlite(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("concord.db"));
                Statement change = connection.createStatement()) {
            change.executeUpdate(statement);
        }
    }

    private static void assertRefused(String version, Supplier<? extends AutoCloseable> opening) {
        StoreException refusal = assertThrows(StoreException.class, opening::get);
        assertFalse(refusal instanceof StoreUnavailableException, "waiting would not help");
        String message = String.valueOf(refusal.getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("newer version of Concord (schema step " + version + " \"rights\")"), message);
    }

    @Test
    void anEmbeddedStoreOfANewerVersionIsRefused() throws Exception {
        for (String version : new String[] {"15", "900"}) {
            SqliteStore.open(directory).close();
            sqlite(step(version));
            assertRefused(version, () -> SqliteStore.open(directory));
            assertRefused(version, () -> SqliteStore.openToRead(directory));
            sqlite("delete from flyway_schema_history where version = '" + version + "'");
        }
        // Nothing else was changed, and nothing keeps the directory.
        SqliteStore.open(directory).close();
    }

    @Test
    void anEmbeddedStoreOfAnOlderVersionIsNotReadButMigrated() throws Exception {
        SqliteStore.open(directory).close();
        sqlite("delete from flyway_schema_history where version = '20'");
        StoreException refusal = assertThrows(StoreException.class, () -> SqliteStore.openToRead(directory));
        assertTrue(String.valueOf(refusal.getMessage()).contains("older version"), refusal.getMessage());
    }

    @Test
    void aSharedStoreOfANewerVersionIsRefused() throws Exception {
        String url = PostgresForTests.freshDatabase();
        PostgresAddress address = PostgresAddress.parse(url);
        PostgresStore.open(address).close();
        for (String version : new String[] {"15", "900"}) {
            PostgresForTests.execute(url, step(version));
            assertRefused(version, () -> PostgresStore.open(address));
            PostgresForTests.execute(url, "delete from flyway_schema_history where version = '" + version + "'");
        }
        PostgresStore.open(address).close();
    }

    @Test
    void nothingIsWrittenToAStoreThatIsRefused() throws Exception {
        SqliteStore.open(directory).close();
        int steps = steps();
        sqlite(step("900"));
        // What this version would do again if it were not for the refusal.
        sqlite("delete from flyway_schema_history where version = '20'");
        assertRefused("900", () -> SqliteStore.open(directory));
        assertEquals(steps, steps());
    }

    private int steps() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("concord.db"));
                Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("select count(*) from flyway_schema_history")) {
            return row.getInt(1);
        }
    }
}
