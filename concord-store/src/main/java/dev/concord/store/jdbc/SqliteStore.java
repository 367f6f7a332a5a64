package dev.concord.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.concord.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The embedded store: one SQLite database in a directory that belongs to one process. A commit returns when it has
 * reached the disk (write-ahead log, {@code synchronous=FULL}).
 *
 * <p>Files: {@code concord.db}, beside it {@code concord.db-wal} and {@code concord.db-shm} while in use, and
 * {@code concord.lock}. To copy them, stop the server first, or copy with SQLite's own backup.
 */
public final class SqliteStore extends JdbcRoomStore {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);
    // Reads never wait for writes in WAL mode, so a few connections are enough for rooms that load at the same time.
    private static final int READERS = 3;
    // For each connection. Rooms are read once and then live in memory, so there is little to keep.
    private static final int CACHE_KIB = 4 * 1024;
    // What the write-ahead log is cut back to after a burst, so that one large import does not keep the disk forever.
    private static final int WAL_BYTES = 64 * 1024 * 1024;
    // Writers queue in the pool; only a tool of an operator can hold the database for this long.
    private static final Duration BUSY = Duration.ofSeconds(5);

    /** A try to empty the write-ahead log waits so long for a reader, and keeps commits waiting meanwhile. */
    private static final int ERASE_MILLIS = 100;

    private static final int ERASE_TRIES = 50;
    private static final Duration ERASE_PAUSE = Duration.ofMillis(100);

    private final Transactions writes;
    private final @Nullable DirectoryLock lock;

    private SqliteStore(
            Transactions writes,
            Transactions reads,
            Dialect dialect,
            LongSupplier clock,
            @Nullable DirectoryLock lock) {
        super(writes, writes, reads, dialect, clock);
        this.writes = writes;
        this.lock = lock;
    }

    /** As {@link #open(Path, LongSupplier)} with the system's clock. */
    public static SqliteStore open(Path dataDirectory) {
        return open(dataDirectory, System::currentTimeMillis);
    }

    /**
     * Opens the store in this directory; makes the directory and the tables when they are missing.
     *
     * @param clock unix ms, for {@code created_at} and {@code updated_at}, which nothing depends on
     * @throws StoreException when the directory can't be written, another process uses it, the database in it can't be opened
     *     or was migrated by a newer version; the message says which, and what to do
     */
    public static SqliteStore open(Path dataDirectory, LongSupplier clock) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        DirectoryLock lock;
        try {
            Files.createDirectories(directory);
            lock = DirectoryLock.take(directory);
        } catch (IOException failure) {
            throw new StoreException(
                    "the data directory " + directory
                            + " can't be written; make it writable for the user that runs the server, or choose another ("
                            + failure + ")",
                    failure);
        }
        try {
            return open(directory.resolve("concord.db"), clock, lock);
        } catch (RuntimeException | Error failure) {
            lock.close();
            throw failure;
        }
    }

    /**
     * Opens the store in this directory for reading, beside the server that may be using it. Writing methods throw.
     *
     * @throws StoreException when there is none, or one of another version
     */
    public static SqliteStore openToRead(Path dataDirectory) {
        Path file = dataDirectory.toAbsolutePath().normalize().resolve("concord.db");
        if (!Files.isRegularFile(file)) {
            throw new StoreException("there is no store in " + file.getParent() + "; give the directory of a store");
        }
        Dialect dialect = new SqliteDialect();
        SQLiteDataSource source = source(file);
        HikariConfig config = configuration(source, "looker", 1);
        config.setConnectionInitSql("pragma query_only = true");
        Transactions looks = new Transactions(new HikariDataSource(config), dialect, () -> {});
        try {
            SqliteStore store = new SqliteStore(looks, looks, dialect, System::currentTimeMillis, null);
            store.ping();
            migrations(source, dialect, file).check();
            return store;
        } catch (FlywayException failure) {
            looks.close();
            throw new StoreException("the database " + file + " can't be read: " + firstLine(failure), failure);
        } catch (RuntimeException | Error failure) {
            looks.close();
            throw failure;
        }
    }

    private static SqliteStore open(Path file, LongSupplier clock, DirectoryLock lock) {
        Dialect dialect = new SqliteDialect();
        SQLiteDataSource source = source(file);
        try {
            migrations(source, dialect, file).run();
        } catch (FlywayException failure) {
            throw new StoreException(
                    "the database " + file
                            + " can't be opened; if it is damaged, keep the file and restore it from a backup ("
                            + firstLine(failure) + ")",
                    failure);
        }
        List<Transactions> opened = new ArrayList<>();
        try {
            HikariConfig writer = configuration(source, "writer", 1);
            // What is deleted is overwritten, so that it cannot be read from the file afterwards.
            writer.setConnectionInitSql("pragma secure_delete = on");
            opened.add(new Transactions(new HikariDataSource(writer), dialect, () -> {}));
            opened.add(new Transactions(pool(source, "readers", READERS), dialect, () -> {}));
            SqliteStore store = new SqliteStore(opened.get(0), opened.get(1), dialect, clock, lock);
            // Holding the lock means that whoever wrote before has ended.
            store.forgetBatches(Long.MAX_VALUE);
            return store;
        } catch (RuntimeException | Error failure) {
            opened.forEach(Transactions::close);
            throw failure;
        }
    }

    private static Migrations migrations(SQLiteDataSource source, Dialect dialect, Path file) {
        return new Migrations(
                Flyway.configure(SqliteStore.class.getClassLoader()).dataSource(source), dialect, file.toString());
    }

    private static String firstLine(FlywayException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** Connections as the pools use them. */
    static SQLiteDataSource source(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout((int) BUSY.toMillis());
        config.setCacheSize(-CACHE_KIB);
        config.setJournalSizeLimit(WAL_BYTES);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static HikariDataSource pool(SQLiteDataSource source, String name, int size) {
        return new HikariDataSource(configuration(source, name, size));
    }

    private static HikariConfig configuration(SQLiteDataSource source, String name, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setPoolName("concord-" + name);
        config.setMaximumPoolSize(size);
        config.setAutoCommit(false);
        // Connections are made when needed: by then the migrations have shown that the database opens.
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(BUSY.toMillis());
        // A file does not tire of its connections.
        config.setMaxLifetime(0);
        config.setKeepaliveTime(0);
        return config;
    }

    /**
     * Copies the write-ahead log, which still has the pages as they were, into the database and empties it. A reader can be in the way for as long
     * as it reads; the next deletion, or the end of the process, makes up for it then.
     */
    @Override
    void erase() {
        for (int tries = 0; tries < ERASE_TRIES; tries++) {
            if (writes.alone("empty the write-ahead log", SqliteStore::emptyLog)) {
                return;
            }
            LockSupport.parkNanos(ERASE_PAUSE.toNanos());
        }
        LOG.warn(
                "what was deleted is still in the write-ahead log, because somebody reads; it goes with the next deletion");
    }

    private static boolean emptyLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = " + ERASE_MILLIS);
            try (ResultSet row = statement.executeQuery("pragma wal_checkpoint(truncate)")) {
                return row.next() && row.getInt(1) == 0;
            } finally {
                statement.execute("pragma busy_timeout = " + BUSY.toMillis());
            }
        }
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void close() {
        try {
            super.close();
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }
}
