package dev.concord.store.jdbc;

import dev.concord.store.Embeddings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vectors in PostgreSQL. With the extension pgvector the column is a {@code vector} with an HNSW index for the cosine, and the database
 * ranks; without it the column is an array of floats, and rooms are ranked by a scan. Which of the two is found out when the store is
 * opened, and what was an array becomes a {@code vector} once the extension is there.
 *
 * <p>Vectors travel as text, whose two forms differ in their brackets only.
 */
final class PostgresVectors implements VectorColumn {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresVectors.class);

    /** Held while the column is changed, so that servers that start together do not both try. */
    private static final long LOCK = 0x434f_4e43_5645_4354L;
    /** The release of pgvector that goes on looking in its index until enough rows pass a filter. */
    private static final double ITERATIVE = 0.8;
    /** The most that pgvector lets its index look at in one go. */
    private static final int MAX_EF_SEARCH = 1000;

    private final boolean vector;
    private final boolean iterative;

    private PostgresVectors(boolean vector, boolean iterative) {
        this.vector = vector;
        this.iterative = iterative;
    }

    /** Brings the column into the best form that this database allows. Commits by itself. */
    static PostgresVectors prepare(Connection connection) throws SQLException {
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
            String installed = installed(connection, statement);
            boolean vector = isVector(statement);
            if (installed != null && !vector) {
                // A large table takes its time.
                statement.execute("set local statement_timeout = 0");
                statement.execute("alter table doc_embeddings alter column embedding type vector("
                        + Embeddings.DIMENSIONS + ") using embedding::vector(" + Embeddings.DIMENSIONS + ")");
                vector = true;
            }
            if (vector) {
                statement.execute("set local statement_timeout = 0");
                statement.execute("create index if not exists doc_embeddings_hnsw on doc_embeddings"
                        + " using hnsw (embedding vector_cosine_ops)");
            }
            connection.commit();
            if (!vector) {
                LOG.warn(
                        "search uses an exact scan: this PostgreSQL does not have the extension pgvector, or this user may not create it."
                                + " Once it exists, the next start uses it");
            }
            return new PostgresVectors(vector, installed != null && release(installed) >= ITERATIVE);
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(before);
        }
    }

    /** The version of the extension, which is created when it can be; null when it cannot. */
    private static @Nullable String installed(Connection connection, Statement statement) throws SQLException {
        String version = version(statement);
        if (version != null) {
            return version;
        }
        try (ResultSet row = statement.executeQuery("select 1 from pg_available_extensions where name = 'vector'")) {
            if (!row.next()) {
                return null;
            }
        }
        var safe = connection.setSavepoint();
        try {
            statement.execute("create extension if not exists vector");
            connection.releaseSavepoint(safe);
        } catch (SQLException notAllowed) {
            connection.rollback(safe);
            LOG.warn("the extension pgvector cannot be created: {}", notAllowed.getMessage());
            return null;
        }
        return version(statement);
    }

    private static @Nullable String version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select extversion from pg_extension where extname = 'vector'")) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private static boolean isVector(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "select format_type(atttypid, null) from pg_attribute where attrelid = 'doc_embeddings'::regclass"
                        + " and attname = 'embedding' and not attisdropped")) {
            return row.next() && row.getString(1).endsWith("vector");
        }
    }

    /** The first two parts of a version. */
    private static double release(String version) {
        String[] parts = version.split("\\.", -1);
        try {
            return Integer.parseInt(parts[0]) + (parts.length < 2 ? 0 : Integer.parseInt(parts[1]) / 10.0);
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }

    @Override
    public String parameter() {
        return vector ? "cast(? as vector)" : "cast(? as real[])";
    }

    @Override
    public void set(PreparedStatement statement, int index, float @Nullable [] values) throws SQLException {
        if (values == null) {
            statement.setString(index, null);
            return;
        }
        String text = Arrays.toString(values);
        statement.setString(index, vector ? text : '{' + text.substring(1, text.length() - 1) + '}');
    }

    @Override
    public float[] get(ResultSet row, int index) throws SQLException {
        if (!vector) {
            // Not its text: once the driver has prepared a statement at the server, arrays come in binary and are
            // written otherwise.
            Float[] numbers = (Float[]) row.getArray(index).getArray();
            float[] values = new float[numbers.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = numbers[i];
            }
            return values;
        }
        String text = row.getString(index);
        String[] numbers = text.substring(1, text.length() - 1).split(",", -1);
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(numbers[i]);
        }
        return values;
    }

    @Override
    public boolean ranks() {
        return vector;
    }

    @Override
    public void beforeRanking(Connection connection, int limit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The index gives no more rows than this.
            statement.execute("set local hnsw.ef_search = " + Math.min(MAX_EF_SEARCH, Math.max(100, 2 * limit)));
            if (iterative) {
                statement.execute("set local hnsw.iterative_scan = strict_order");
            }
        }
    }

    @Override
    public String ranking() {
        return vector ? "pgvector, HNSW" : "exact scan";
    }
}
