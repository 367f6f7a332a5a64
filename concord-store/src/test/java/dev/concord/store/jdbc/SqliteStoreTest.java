package dev.concord.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteStoreTest {
    @TempDir
    Path directory;

    private void fill(SqliteStore store) {
        for (String roomId : List.of("r", "s")) {
            store.create(roomId, "e1", null);
            store.append(
                    new BatchId("writer of " + roomId, 1),
                    List.of("a", "b", "c", "d").stream()
                            .map(text -> new Append(roomId, "e1", text.getBytes(UTF_8)))
                            .toList());
            store.saveSnapshot(roomId, "e1", "ab".getBytes(UTF_8), 2);
        }
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("concord.db"));
                Statement change = connection.createStatement()) {
            assertTrue(change.executeUpdate(statement) > 0, statement);
        }
    }

    @Test
    void everything_is_there_after_reopening() {
        try (SqliteStore store = SqliteStore.open(directory.resolve("new/directory"))) {
            fill(store);
            store.prune("r");
        }
        try (SqliteStore store = SqliteStore.open(directory.resolve("new/directory"))) {
            assertEquals(4, store.load("r").orElseThrow().lastSeq());
            assertArrayEquals(
                    "ab".getBytes(UTF_8), store.load("s").orElseThrow().state());
            assertEquals(
                    List.of(new AppendResult.Stored(5)),
                    store.append(new BatchId("later", 1), List.of(new Append("r", "e1", new byte[0]))));
        }
    }

    @Test
    void times_come_from_the_clock_that_was_given() throws SQLException {
        try (SqliteStore store = SqliteStore.open(directory, () -> 1234)) {
            fill(store);
        }
        sql("update rooms set epoch = 'seen' where created_at = 1234");
        sql("update snapshots set op_seq = 0 where updated_at = 1234");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "op 4      | update ops set op = x'65' where room_id = 'r' and seq = 4",
                "op 3      | update ops set crc = crc + 1 where room_id = 'r' and seq = 3",
                "op 3      | update ops set op = x'' where room_id = 'r' and seq = 3",
                "op 3      | delete from ops where room_id = 'r' and seq = 3",
                "log       | delete from ops where room_id = 'r' and seq = 4",
                "log       | update rooms set last_seq = 5 where room_id = 'r'",
                "log       | update rooms set last_seq = 3 where room_id = 'r'",
                "snapshot  | update snapshots set state = x'6163' where room_id = 'r'",
                "snapshot  | update snapshots set op_seq = 3 where room_id = 'r'",
                "snapshot  | update snapshots set crc = 0 where room_id = 'r'",
            })
    void a_damaged_row_is_named_and_the_room_is_refused(String row, String damage) throws SQLException {
        try (SqliteStore store = SqliteStore.open(directory)) {
            fill(store);
            sql(damage);
            CorruptRoomException refusal = assertThrows(CorruptRoomException.class, () -> store.load("r"));
            assertEquals("r", refusal.roomId());
            assertEquals(row, refusal.row());
            assertEquals(4, store.load("s").orElseThrow().lastSeq());
        }
    }

    @Test
    void a_damaged_snapshot_keeps_its_ops_and_a_good_one_mends_it() throws SQLException {
        try (SqliteStore store = SqliteStore.open(directory)) {
            fill(store);
            sql("update snapshots set state = x'00' where room_id = 'r'");
            assertThrows(CorruptRoomException.class, () -> store.prune("r"));
            sql("update ops set op = op where room_id = 'r' and seq in (1, 2)");
            assertTrue(store.saveSnapshot("r", "e1", "ab".getBytes(UTF_8), 2));
            assertEquals(2, store.prune("r"));
            assertEquals(4, store.load("r").orElseThrow().lastSeq());
        }
    }

    @Test
    void a_second_server_on_the_same_directory_is_refused_and_says_why() {
        try (SqliteStore store = SqliteStore.open(directory)) {
            StoreException refusal = assertThrows(StoreException.class, () -> SqliteStore.open(directory));
            assertTrue(refusal.getMessage().contains(directory.toString()), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("in use by another server"), refusal.getMessage());
            store.ping();
        }
        SqliteStore.open(directory).close();
    }

    @Test
    void a_directory_that_cannot_be_made_is_named() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        StoreException refusal = assertThrows(StoreException.class, () -> SqliteStore.open(file.resolve("data")));
        assertTrue(refusal.getMessage().contains(file.resolve("data") + " can't be written"), refusal.getMessage());
    }

    @Test
    void a_file_that_is_no_database_is_named_and_left_alone_and_unlocked() throws IOException {
        Path file = directory.resolve("concord.db");
        byte[] content =
                "this is not a database, whatever its name says".repeat(100).getBytes(UTF_8);
        Files.write(file, content);
        StoreException refusal = assertThrows(StoreException.class, () -> SqliteStore.open(directory));
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        assertArrayEquals(content, Files.readAllBytes(file));
        Files.delete(file);
        SqliteStore.open(directory).close();
    }

    @Test
    void a_closed_store_says_that_it_is_unavailable() {
        SqliteStore store = SqliteStore.open(directory);
        store.close();
        assertThrows(StoreUnavailableException.class, store::ping);
        assertThrows(StoreUnavailableException.class, () -> store.load("r"));
    }

    @Test
    void a_write_waits_for_whoever_holds_the_lock_for_a_moment() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SqliteStore store = SqliteStore.open(directory);
                Connection other =
                        SqliteStore.source(directory.resolve("concord.db")).getConnection();
                Statement statement = other.createStatement()) {
            store.create("r", "e1", null);
            statement.execute("begin immediate");
            Future<List<AppendResult>> append = thread.submit(() ->
                    store.append(new BatchId("w", 1), List.of(new Append("r", "e1", "a".getBytes(UTF_8)))));
            assertThrows(TimeoutException.class, () -> append.get(200, TimeUnit.MILLISECONDS));
            statement.execute("rollback");
            append.get();
            assertEquals(1, store.load("r").orElseThrow().lastSeq());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void a_commit_reaches_the_disk() throws SQLException {
        try (Connection connection =
                        SqliteStore.source(directory.resolve("concord.db")).getConnection();
                Statement ask = connection.createStatement()) {
            try (ResultSet answer = ask.executeQuery("pragma journal_mode")) {
                assertEquals("wal", answer.getString(1));
            }
            try (ResultSet answer = ask.executeQuery("pragma synchronous")) {
                assertEquals(2, answer.getInt(1), "FULL");
            }
        }
    }

    @Test
    void what_may_pass_by_itself_is_told_from_what_will_not() {
        SqliteDialect dialect = new SqliteDialect();
        for (SQLiteErrorCode code : List.of(
                SQLiteErrorCode.SQLITE_FULL,
                SQLiteErrorCode.SQLITE_BUSY,
                SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT,
                SQLiteErrorCode.SQLITE_IOERR_FSYNC,
                SQLiteErrorCode.SQLITE_READONLY)) {
            assertTrue(dialect.isPassing(new SQLiteException("for the test", code)), code.name());
            assertFalse(dialect.isDamage(new SQLiteException("for the test", code)), code.name());
        }
        assertFalse(dialect.isPassing(new SQLiteException("for the test", SQLiteErrorCode.SQLITE_CONSTRAINT)));
        assertFalse(dialect.isPassing(new SQLException("not of this database")));
        assertTrue(dialect.isDamage(new SQLiteException("for the test", SQLiteErrorCode.SQLITE_CORRUPT)));
        assertTrue(dialect.isDamage(new SQLiteException("for the test", SQLiteErrorCode.SQLITE_CORRUPT_INDEX)));
    }
}
