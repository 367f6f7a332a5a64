package dev.concord.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on a PostgreSQL database that any number of servers share. A commit returns when PostgreSQL says that it has reached the
 * disk, which it does unless {@code synchronous_commit} was turned off.
 *
 * <p>A database that is away does not keep the store from being opened: every method throws {@link StoreUnavailableException} until
 * it is there. One that refuses the user, does not have the database, or was migrated by a newer version does.
 */
public final class PostgresStore extends JdbcRoomStore {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);

    /** The op log has one of its own, so that its commits never wait for snapshots. */
    private static final int APPENDERS = 1;
    /** Snapshots, pruning, new rooms. */
    private static final int WRITERS = 3;
    /** Rooms that are loaded or compacted at the same time, and the checks. */
    private static final int READERS = 4;
    /** For a connection, from the pool or to the server. */
    private static final Duration CONNECT = Duration.ofSeconds(3);
    /** A statement that takes longer waits for a lock of somebody who hangs. */
    private static final Duration STATEMENT = Duration.ofSeconds(8);
    /** A server that hangs between two statements loses its locks after this time. */
    private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);
    /** Without a word from the server for this long, the connection is given up. More than a statement may take. */
    private static final Duration SOCKET = Duration.ofSeconds(15);
    /** The same while tables are changed, which may take its time where they are large. */
    private static final Duration PREPARING = Duration.ofMinutes(30);
    /** What is remembered of the batches of writers that ended is forgotten after this time. */
    private static final Duration WRITER_GONE = Duration.ofDays(30);

    private PostgresStore(
            Transactions appends, Transactions writes, Transactions reads, Dialect dialect, LongSupplier clock) {
        super(appends, writes, reads, dialect, clock);
    }

    /** As {@link #open(PostgresAddress, LongSupplier)} with the system's clock. */
    public static PostgresStore open(PostgresAddress address) {
        return open(address, System::currentTimeMillis);
    }

    /**
     * Opens the store, and makes its tables or brings them up to date, now or once the database can be reached.
     *
     * @param clock unix ms, for {@code created_at} and {@code updated_at}; beside that, what is remembered of a server's newest batch
     *     is forgotten 30 days after it by this clock
     * @throws StoreException when the database can be reached and will not serve; the message says why
     */
    public static PostgresStore open(PostgresAddress address, LongSupplier clock) {
        PostgresDialect dialect = new PostgresDialect();
        Preparation preparation = new Preparation(() -> migrate(address, dialect));
        List<Transactions> opened = new ArrayList<>();
        try {
            opened.add(new Transactions(pool(address, "appender", APPENDERS, false), dialect, preparation::ensure));
            opened.add(new Transactions(pool(address, "writers", WRITERS, false), dialect, preparation::ensure));
            opened.add(new Transactions(pool(address, "readers", READERS, true), dialect, preparation::ensure));
            PostgresStore store = new PostgresStore(opened.get(0), opened.get(1), opened.get(2), dialect, clock);
            try {
                store.forgetBatches(clock.getAsLong() - WRITER_GONE.toMillis());
            } catch (StoreUnavailableException away) {
                LOG.warn(
                        "the database {} is down; no room can be served until it is back ({})",
                        address,
                        away.getMessage());
            }
            return store;
        } catch (RuntimeException | Error failure) {
            opened.forEach(Transactions::close);
            throw failure;
        }
    }

    @Override
    public boolean isShared() {
        return true;
    }

    private static void migrate(PostgresAddress address, PostgresDialect dialect) {
        try {
            // A server that hangs ties up a thread for as long as its connection may be silent: asked first with the
            // shorter limit.
            connect(address, SOCKET).close();
            new Migrations(
                            Flyway.configure(PostgresStore.class.getClassLoader())
                                    .dataSource(address.url(), address.user(), address.password())
                                    .jdbcProperties(driverProperties(PREPARING)),
                            dialect,
                            address.toString())
                    .run();
            try (Connection connection = connect(address, PREPARING)) {
                dialect.keepsVectors(PostgresVectors.prepare(connection));
            }
        } catch (FlywayException | SQLException failure) {
            SQLException below = sqlFailure(failure);
            if (below != null && dialect.isPassing(below)) {
                throw new StoreUnavailableException(
                        "the database " + address + " cannot be reached: " + below.getMessage(), failure);
            }
            throw new StoreException(
                    "the database " + address + " cannot be used: "
                            + (below == null ? failure.getMessage() : below.getMessage()),
                    failure);
        }
    }

    private static Connection connect(PostgresAddress address, Duration silence) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(driverProperties(silence));
        if (address.user() != null) {
            properties.setProperty("user", address.user());
        }
        if (address.password() != null) {
            properties.setProperty("password", address.password());
        }
        return DriverManager.getConnection(address.url(), properties);
    }

    private static @Nullable SQLException sqlFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    /**
     * Settings of the address itself go before these.
     *
     * @param silence without a word from the server for this long, the connection is given up
     */
    private static Map<String, String> driverProperties(Duration silence) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("ApplicationName", "concord");
        properties.put("connectTimeout", String.valueOf(CONNECT.toSeconds()));
        properties.put("loginTimeout", String.valueOf(CONNECT.toSeconds()));
        properties.put("socketTimeout", String.valueOf(silence.toSeconds()));
        properties.put("tcpKeepAlive", "true");
        return properties;
    }

    private static HikariDataSource pool(PostgresAddress address, String name, int size, boolean reading) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(address.url());
        if (address.user() != null) {
            config.setUsername(address.user());
        }
        if (address.password() != null) {
            config.setPassword(address.password());
        }
        driverProperties(SOCKET).forEach(config::addDataSourceProperty);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.setConnectionInitSql("set statement_timeout = " + STATEMENT.toMillis()
                + "; set idle_in_transaction_session_timeout = " + IDLE_IN_TRANSACTION.toMillis());
        // Or the settings would be part of the first transaction, which idles until it comes.
        config.setIsolateInternalQueries(true);
        config.setPoolName("concord-" + name);
        config.setMaximumPoolSize(size);
        config.setAutoCommit(false);
        // One moment for all statements of a transaction that reads. One that writes must see what was committed while
        // it
        // waited for a lock.
        config.setTransactionIsolation(reading ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
        config.setReadOnly(reading);
        // Whether the database is there is found out when it is needed.
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setValidationTimeout(CONNECT.dividedBy(2).toMillis());
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }
}
