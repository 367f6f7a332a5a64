package dev.concord.store.jdbc;

import dev.concord.store.Embeddings;
import dev.concord.store.ExactScan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Vectors in the table {@code doc_embeddings}; the database ranks where it can. */
final class JdbcEmbeddings implements Embeddings {
    private static final String FIND =
            "select embedding from doc_embeddings where room_id = ? and model = ? and embedding is not null";
    private static final String SCAN =
            "select room_id, embedding from doc_embeddings where model = ? and embedding is not null";
    private static final String OUTDATED = """
            select s.room_id from snapshots s left join doc_embeddings e on e.room_id = s.room_id
            where s.room_id > ? and (e.room_id is null or e.model <> ? or e.op_seq < s.op_seq)
            order by s.room_id limit ?""";

    /** Rows that the driver holds at a time. */
    private static final int ROWS = 200;

    private final Transactions writes;
    private final Transactions reads;
    private final Dialect dialect;
    private final LongSupplier clock;

    /**
     * Vectors of one database.
     *
     * @param dialect asked for its vectors inside transactions, when the tables are there
     */
    JdbcEmbeddings(Transactions writes, Transactions reads, Dialect dialect, LongSupplier clock) {
        this.writes = writes;
        this.reads = reads;
        this.dialect = dialect;
        this.clock = clock;
    }

    @Override
    public void save(String roomId, String epoch, float @Nullable [] vector, String model, long opSeq) {
        if (vector != null) {
            check(vector);
        }
        writes.run("save the embedding of room '" + roomId + "'", connection -> {
            VectorColumn vectors = dialect.vectors();
            // From the room's row, so that a room deleted meanwhile does not come back as a search result.
            String upsert = """
                    insert into doc_embeddings (room_id, embedding, model, op_seq, updated_at)
                    select room_id, %s, ?, ?, ? from rooms where room_id = ? and epoch = ?%s
                    on conflict (room_id) do update set embedding = excluded.embedding, model = excluded.model,
                        op_seq = excluded.op_seq, updated_at = excluded.updated_at
                    where doc_embeddings.op_seq <= excluded.op_seq or doc_embeddings.model <> excluded.model""".formatted(vectors.parameter(), dialect.holdRow());
            try (PreparedStatement statement = connection.prepareStatement(upsert)) {
                vectors.set(statement, 1, vector);
                statement.setString(2, model);
                statement.setLong(3, opSeq);
                statement.setLong(4, clock.getAsLong());
                statement.setString(5, roomId);
                statement.setString(6, epoch);
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public Optional<float[]> find(String roomId, String model) {
        return reads.run("read the embedding of room '" + roomId + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, roomId);
                select.setString(2, model);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(dialect.vectors().get(row, 1)) : Optional.<float[]>empty();
                }
            }
        });
    }

    @Override
    public List<Neighbour> nearest(float[] vector, String model, double atLeast, int limit, Predicate<String> shown) {
        check(vector);
        return reads.run("search rooms", connection -> {
            VectorColumn vectors = dialect.vectors();
            if (vectors.ranks()) {
                List<Neighbour> ranked = ranked(connection, vectors, vector, model, atLeast, limit, shown);
                if (ranked != null) {
                    return ranked;
                }
            }
            return scanned(connection, vectors, vector, model, atLeast, limit, shown);
        });
    }

    /** As the index ranks; null when it gave up before there were enough that may be shown. */
    private static @Nullable List<Neighbour> ranked(
            Connection connection,
            VectorColumn vectors,
            float[] vector,
            String model,
            double atLeast,
            int limit,
            Predicate<String> shown)
            throws SQLException {
        vectors.beforeRanking(connection, limit);
        String query = """
                select room_id, 1 - (embedding <=> %1$s) from doc_embeddings
                where model = ? and embedding is not null order by embedding <=> %1$s""".formatted(vectors.parameter());
        List<Neighbour> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setFetchSize(Math.max(ROWS, 2 * limit));
            vectors.set(select, 1, vector);
            select.setString(2, model);
            vectors.set(select, 3, vector);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    double similarity = row.getDouble(2);
                    if (similarity < atLeast || found.size() == limit) {
                        return ExactScan.sorted(found);
                    }
                    if (shown.test(row.getString(1))) {
                        found.add(new Neighbour(row.getString(1), similarity));
                    }
                }
            }
        }
        // The end of the table, or only of what the index looks at.
        return found.size() == limit ? ExactScan.sorted(found) : null;
    }

    private static List<Neighbour> scanned(
            Connection connection,
            VectorColumn vectors,
            float[] vector,
            String model,
            double atLeast,
            int limit,
            Predicate<String> shown)
            throws SQLException {
        ExactScan scan = new ExactScan(vector, atLeast, limit, shown);
        try (PreparedStatement select = connection.prepareStatement(SCAN)) {
            select.setString(1, model);
            // Rows as they are needed, not all of them at once.
            select.setFetchSize(ROWS);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    scan.add(row.getString(1), vectors.get(row, 2));
                }
            }
        }
        return scan.nearest();
    }

    @Override
    public List<String> outdated(String model, String after, int limit) {
        return reads.run("look for rooms without an embedding", connection -> {
            List<String> rooms = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(OUTDATED)) {
                select.setString(1, after);
                select.setString(2, model);
                select.setInt(3, limit);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rooms.add(row.getString(1));
                    }
                }
            }
            return rooms;
        });
    }

    @Override
    public String ranking() {
        return dialect.vectors().ranking();
    }

    private static void check(float[] vector) {
        if (vector.length != DIMENSIONS) {
            throw new IllegalArgumentException(
                    "a vector has " + DIMENSIONS + " numbers, this one has " + vector.length);
        }
    }
}
