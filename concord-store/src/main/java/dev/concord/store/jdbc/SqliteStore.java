package dev.concord.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.concord.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
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
    // Reads never wait for writes in WAL mode, so a few connections are enough for rooms that load at the same time.
    private static final int READERS = 3;
    // For each connection. Rooms are read once and then live in memory, so there is little to keep.
    private static final int CACHE_KIB = 4 * 1024;
    // What the write-ahead log is cut back to after a burst, so that one large import does not keep the disk forever.
    private static final int WAL_BYTES = 64 * 1024 * 1024;
    // Writers queue in the pool; only a tool of an operator can hold the database for this long.
    static final Duration BUSY = Duration.ofSeconds(5);

    private final Transactions writes;
    private final @Nullable DirectoryLock lock;
    /** None in a store that is opened to be read. */
    private @Nullable Eraser eraser;

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
            writer.setIsolateInternalQueries(true);
            opened.add(new Transactions(new HikariDataSource(writer), dialect, () -> {}, SqliteStore::takeWriteLock));
            opened.add(new Transactions(pool(source, "readers", READERS), dialect, () -> {}));
            SqliteStore store = new SqliteStore(opened.get(0), opened.get(1), dialect, clock, lock);
            // Holding the lock means that whoever wrote before has ended.
            store.forgetBatches(Long.MAX_VALUE);
            store.eraser = new Eraser(opened.get(0), file);
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

    /**
     * Takes the lock for writing first, and waits for it up to {@link #BUSY}: a connection that finds the log's index half written holds it
     * for a moment. A transaction that has read already does not wait and would be refused at once.
     */
    private static void takeWriteLock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The driver has begun a transaction without a lock.
            statement.execute("commit");
            try {
                statement.execute("begin immediate");
            } catch (SQLException busy) {
                statement.execute("begin");
                throw busy;
            }
        }
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

    /** What was deleted is overwritten already; what remains of it is removed by a thread of its own, soon. */
    @Override
    void erase() {
        Eraser running = eraser;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public boolean compact() {
        writes.alone("rewrite the database", Eraser::rewrite);
        return true;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void close() {
        try {
            if (eraser != null) {
                eraser.close();
            }
            super.close();
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }
}
