package dev.concord.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs work in a transaction on a connection of one pool, and says what an {@link SQLException} means. Thread-safe. */
final class Transactions implements AutoCloseable {

    /** Statements of one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final HikariDataSource pool;
    private final Dialect dialect;
    private final Runnable before;
    private final Opening opening;

    /** The first statements of a transaction. */
    @FunctionalInterface
    interface Opening {
        void of(Connection connection) throws SQLException;
    }

    /**
     * The pool's connections must not commit by themselves.
     *
     * @param before runs before each transaction, which does not take place when it throws
     */
    Transactions(HikariDataSource pool, Dialect dialect, Runnable before) {
        this(pool, dialect, before, connection -> {});
    }

    /** As above, with the statements that each transaction of {@link #run} begins with. */
    Transactions(HikariDataSource pool, Dialect dialect, Runnable before, Opening opening) {
        this.pool = pool;
        this.dialect = dialect;
        this.before = before;
        this.opening = opening;
    }

    /**
     * Runs the work and commits; rolls back when it throws.
     *
     * @param doing what is being done, to complete the sentence "cannot …"
     */
    <T> T run(String doing, Work<T> work) {
        before.run();
        Connection connection;
        try {
            connection = pool.getConnection();
        } catch (SQLException noConnection) {
            throw new StoreUnavailableException(
                    "cannot " + doing + ": no connection to the database: " + noConnection.getMessage(), noConnection);
        }
        try {
            opening.of(connection);
            T result = work.on(connection);
            commit(connection, doing);
            return result;
        } catch (SQLException failure) {
            rollBack(connection, failure);
            throw translated(doing, failure);
        } catch (RuntimeException failure) {
            rollBack(connection, failure);
            throw failure;
        } finally {
            giveBack(connection);
        }
    }

    /**
     * Runs statements that no transaction may have, each for itself.
     *
     * @param doing what is being done, to complete the sentence "cannot …"
     */
    <T> T alone(String doing, Work<T> work) {
        before.run();
        Connection connection;
        try {
            connection = pool.getConnection();
        } catch (SQLException noConnection) {
            throw new StoreUnavailableException(
                    "cannot " + doing + ": no connection to the database: " + noConnection.getMessage(), noConnection);
        }
        try {
            connection.setAutoCommit(true);
            return work.on(connection);
        } catch (SQLException failure) {
            throw translated(doing, failure);
        } finally {
            // The pool sets back what was changed.
            giveBack(connection);
        }
    }

    private static void commit(Connection connection, String doing) {
        try {
            connection.commit();
        } catch (SQLException failure) {
            // Whatever the error is: once a commit was asked for, its outcome is unknown.
            throw new StoreUnavailableException(
                    "cannot " + doing + ": the commit failed or was not answered: " + failure.getMessage(), failure);
        }
    }

    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException failure) {
            // The pool drops the connection. The work is done or has failed, and this changes nothing about it.
            LOG.warn("a database connection could not be released", failure);
        }
    }

    private void rollBack(Connection connection, Exception failure) {
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            failure.addSuppressed(alsoFailed);
            pool.evictConnection(connection);
        }
    }

    private StoreException translated(String doing, SQLException failure) {
        String message = "cannot " + doing + ": " + failure.getMessage();
        if (failure instanceof SQLTransientException || dialect.isPassing(failure)) {
            return new StoreUnavailableException(message, failure);
        }
        return new StoreException(message, failure);
    }

    @Override
    public void close() {
        pool.close();
    }
}
