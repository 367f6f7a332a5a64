package dev.concord.store.jdbc;

import dev.concord.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from the files of an SQLite database what deleted rows have left there, on a thread of its own.
 *
 * <p>{@code secure_delete} overwrites deleted cells and freed pages with zeros, when a transaction deletes them. Two things remain: the write-ahead log has
 * the pages as they were, and a page whose cells were moved to another page keeps copies of them in its free space. So the log is copied into
 * the database and emptied, and a database of up to {@link #MAX_REWRITTEN} bytes is rewritten. A larger one is only on request, since nothing
 * can be stored meanwhile.
 */
final class Eraser implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Eraser.class);

    /** Rewriting so much takes about a second. */
    private static final long MAX_REWRITTEN = 64L << 20;
    /** After a rewrite comes a pause of so many times its duration, so that many deletions do not keep edits waiting. */
    private static final int PACE = 20;
    /** A try to empty the log waits so long for readers, and keeps commits waiting meanwhile. */
    private static final int PATIENCE_MILLIS = 100;

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Transactions writes;
    private final Path file;
    private final Thread thread;
    private volatile boolean due;
    private volatile boolean closing;

    Eraser(Transactions writes, Path file) {
        this.writes = writes;
        this.file = file;
        this.thread = new Thread(this::run, "concord-eraser");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Something was deleted. */
    void wake() {
        due = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closing) {
            if (!due) {
                LockSupport.park(this);
                continue;
            }
            due = false;
            long started = System.nanoTime();
            boolean done = tryToErase();
            if (!done) {
                due = true;
            }
            long pause = done ? (System.nanoTime() - started) * PACE : PAUSE.toNanos();
            long until = System.nanoTime() + pause;
            while (!closing && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, until - System.nanoTime());
            }
        }
    }

    private boolean tryToErase() {
        try {
            return Files.size(file) <= MAX_REWRITTEN
                    ? writes.alone("rewrite the database", Eraser::rewrite)
                    : writes.alone("empty the write-ahead log", Eraser::emptyLog);
        } catch (StoreException | IOException failure) {
            LOG.warn("what was deleted is not removed from the files yet: {}", failure.toString());
            return false;
        }
    }

    /** False when a reader was in the way of emptying the log. */
    static boolean rewrite(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Not into a file that somebody could read.
            statement.execute("pragma temp_store = memory");
            statement.execute("vacuum");
        }
        return emptyLog(connection);
    }

    private static boolean emptyLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = " + PATIENCE_MILLIS);
            try (ResultSet row = statement.executeQuery("pragma wal_checkpoint(truncate)")) {
                return row.next() && row.getInt(1) == 0;
            } finally {
                statement.execute("pragma busy_timeout = " + SqliteStore.BUSY.toMillis());
            }
        }
    }

    /** Ends, when it has done what is due. The database still has to be open. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, Duration.ofSeconds(10).toNanos());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (due) {
            tryToErase();
        }
    }
}
