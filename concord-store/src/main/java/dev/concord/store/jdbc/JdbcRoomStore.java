package dev.concord.store.jdbc;

import dev.concord.store.AccessRows;
import dev.concord.store.AiRuns;
import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.Embeddings;
import dev.concord.store.Endings;
import dev.concord.store.LogPage;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.store.Versions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The port on the tables of the migrations; an adapter adds its dialect, its pools, and how they are opened. */
abstract class JdbcRoomStore implements RoomStore {
    private static final String CREATE = """
            insert into rooms (room_id, epoch, last_seq, created_at, changed_at) values (?, ?, 0, ?, ?)
            on conflict (room_id) do nothing""";
    private static final String CHANGED = "update rooms set changed_at = ? where room_id = ?";
    private static final String REVIVE = "delete from endings where room_id = ? and epoch = ?";
    private static final String DELETE = "delete from rooms where room_id = ? returning epoch";
    private static final String IDLE = """
            select 1 from rooms where room_id = ? and changed_at < ? and last_seq = coalesce(
                (select op_seq from snapshots where snapshots.room_id = rooms.room_id), 0)""";
    private static final String END = "delete from rooms where room_id = ? and epoch = ? returning epoch";
    /** Beside {@code rooms}. */
    private static final List<String> TABLES = List.of("ops", "snapshots", "versions", "ai_runs", "doc_embeddings");

    private static final String ROOM = "select epoch, last_seq from rooms where room_id = ?";
    private static final String SAVE = """
            insert into snapshots (room_id, state, crc, op_seq, updated_at) values (?, ?, ?, ?, ?)
            on conflict (room_id) do update
            set state = excluded.state, crc = excluded.crc, op_seq = excluded.op_seq, updated_at = excluded.updated_at
            where snapshots.op_seq <= excluded.op_seq""";
    // The snapshot that was checked must still be the one that is there.
    private static final String PRUNE = """
            delete from ops where room_id = ? and seq <= ?
            and seq <= coalesce((select min(op_seq) from versions where room_id = ?), ?)
            and exists (select 1 from snapshots where room_id = ? and op_seq = ? and crc = ?)""";

    private final Transactions appends;
    private final Transactions writes;
    private final Transactions reads;
    private final Dialect dialect;
    private final LongSupplier clock;
    private final Versions versions;
    private final AiRuns aiRuns;
    private final AccessRows accessRows;
    private final Embeddings embeddings;
    private final Endings endings;
    private final RoomCatalogue catalogue;

    /**
     * On pools of one database, of which {@code appends} and {@code writes} may be the same. A transaction of {@code reads} must
     * see one moment of the database throughout.
     *
     * @param clock unix ms
     */
    JdbcRoomStore(Transactions appends, Transactions writes, Transactions reads, Dialect dialect, LongSupplier clock) {
        this.appends = appends;
        this.writes = writes;
        this.reads = reads;
        this.dialect = dialect;
        this.clock = clock;
        this.accessRows = new JdbcAccessRows(writes, reads, clock);
        this.versions = new JdbcVersions(writes, reads, dialect, clock, this::erase);
        this.aiRuns = new JdbcAiRuns(writes, reads, dialect);
        this.embeddings = new JdbcEmbeddings(writes, reads, dialect, clock);
        this.endings = new JdbcEndings(reads);
        this.catalogue = new JdbcCatalogue(writes, reads, clock);
    }

    @Override
    public boolean create(String roomId, String epoch, byte @Nullable [] initialState) {
        return writes.run("create room '" + roomId + "'", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(CREATE)) {
                insert.setString(1, roomId);
                insert.setString(2, epoch);
                insert.setLong(3, clock.getAsLong());
                insert.setLong(4, clock.getAsLong());
                if (insert.executeUpdate() == 0) {
                    return false;
                }
            }
            try (PreparedStatement revive = connection.prepareStatement(REVIVE)) {
                revive.setString(1, roomId);
                revive.setString(2, epoch);
                revive.executeUpdate();
            }
            if (initialState != null) {
                save(connection, roomId, initialState, 0);
            }
            return true;
        });
    }

    @Override
    public Optional<StoredRoom> load(String roomId) {
        return reading(roomId, connection -> new RoomReader(connection, roomId).room());
    }

    @Override
    public List<AppendResult> append(BatchId id, List<Append> batch) {
        return appends.run(
                "append " + batch.size() + " ops",
                connection -> new AppendTransaction(connection, id, batch).run(dialect, clock.getAsLong()));
    }

    @Override
    public boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
        if (opSeq < 0) {
            throw new IllegalArgumentException("a snapshot covers 0 ops or more: " + opSeq);
        }
        return writes.run("save the snapshot of room '" + roomId + "'", connection -> {
            // Locked at once for what is written to it below: two that hold it would wait for each other.
            try (PreparedStatement select = connection.prepareStatement(ROOM + dialect.lockRow())) {
                select.setString(1, roomId);
                try (ResultSet room = select.executeQuery()) {
                    if (!room.next() || !room.getString(1).equals(epoch)) {
                        return false;
                    }
                    if (opSeq > room.getLong(2)) {
                        throw new IllegalArgumentException("a snapshot at op " + opSeq + " of room '" + roomId
                                + "', whose last op is " + room.getLong(2));
                    }
                }
            }
            if (!save(connection, roomId, state, opSeq)) {
                return false;
            }
            try (PreparedStatement update = connection.prepareStatement(CHANGED)) {
                update.setLong(1, clock.getAsLong());
                update.setString(2, roomId);
                update.executeUpdate();
            }
            return true;
        });
    }

    private boolean save(Connection connection, String roomId, byte[] state, long opSeq) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(SAVE)) {
            upsert.setString(1, roomId);
            upsert.setBytes(2, state);
            upsert.setLong(3, Checksums.of(opSeq, state));
            upsert.setLong(4, opSeq);
            upsert.setLong(5, clock.getAsLong());
            return upsert.executeUpdate() == 1;
        }
    }

    @Override
    public LogPage read(String roomId, String epoch, long afterSeq, int max) {
        return reading(roomId, connection -> new RoomReader(connection, roomId).page(epoch, afterSeq, max));
    }

    @Override
    public Map<String, RoomHead> heads(Collection<String> roomIds) {
        return reads.run("read how far the logs go", connection -> new RoomLister(connection).heads(roomIds));
    }

    @Override
    public List<RoomSummary> rooms(String after, int max) {
        return reads.run("list the rooms", connection -> new RoomLister(connection).summaries(after, max));
    }

    @Override
    public int prune(String roomId, long keepAfter) {
        // Read on a connection of its own: a large state must not keep the appends waiting while it is checked.
        Optional<RoomReader.Snapshot> snapshot =
                reading(roomId, connection -> new RoomReader(connection, roomId).snapshot());
        if (snapshot.isEmpty()) {
            return 0;
        }
        long opSeq = snapshot.get().opSeq();
        long crc = snapshot.get().crc();
        return writes.run("prune room '" + roomId + "'", connection -> {
            try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
                delete.setString(1, roomId);
                delete.setLong(2, Math.min(opSeq, keepAfter));
                delete.setString(3, roomId);
                delete.setLong(4, opSeq);
                delete.setString(5, roomId);
                delete.setLong(6, opSeq);
                delete.setLong(7, crc);
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public Optional<String> delete(String roomId) {
        Optional<String> ended = writes.run("delete room '" + roomId + "'", connection -> {
            Optional<String> epoch = deleteRoom(connection, DELETE, roomId);
            if (epoch.isPresent()) {
                JdbcEndings.add(connection, roomId, epoch.get(), clock.getAsLong());
                JdbcAccessRows.forget(connection, roomId, clock.getAsLong());
            }
            return epoch;
        });
        if (ended.isPresent()) {
            erase();
        }
        return ended;
    }

    @Override
    public Optional<String> deleteIdle(String roomId, long changedBefore) {
        Optional<String> ended = writes.run("delete room '" + roomId + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(IDLE + dialect.lockRow())) {
                select.setString(1, roomId);
                select.setLong(2, changedBefore);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        return Optional.<String>empty();
                    }
                }
            }
            Optional<String> epoch = deleteRoom(connection, DELETE, roomId);
            if (epoch.isPresent()) {
                JdbcEndings.add(connection, roomId, epoch.get(), clock.getAsLong());
                JdbcAccessRows.forget(connection, roomId, clock.getAsLong());
            }
            return epoch;
        });
        if (ended.isPresent()) {
            erase();
        }
        return ended;
    }

    @Override
    public boolean purge(String roomId, String epoch) {
        Optional<RoomReader.Snapshot> snapshot =
                reading(roomId, connection -> new RoomReader(connection, roomId).snapshot());
        if (snapshot.isEmpty()) {
            return false;
        }
        long opSeq = snapshot.get().opSeq();
        boolean purged = writes.run("purge room '" + roomId + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(ROOM + dialect.lockRow())) {
                select.setString(1, roomId);
                try (ResultSet room = select.executeQuery()) {
                    if (!room.next() || !room.getString(1).equals(epoch)) {
                        return false;
                    }
                }
            }
            for (String table : List.of("versions", "ai_runs", "doc_embeddings")) {
                deleteRows(connection, table, roomId);
            }
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from ops where room_id = ? and seq <= ?")) {
                delete.setString(1, roomId);
                delete.setLong(2, opSeq);
                delete.executeUpdate();
            }
            return true;
        });
        if (purged) {
            erase();
        }
        return purged;
    }

    @Override
    public RoomCatalogue catalogue() {
        return catalogue;
    }

    @Override
    public boolean end(String roomId, String epoch) {
        boolean existed = writes.run("end an epoch of room '" + roomId + "'", connection -> {
            boolean deleted = deleteRoom(connection, END, roomId, epoch).isPresent();
            JdbcEndings.add(connection, roomId, epoch, clock.getAsLong());
            if (deleted) {
                JdbcAccessRows.forget(connection, roomId, clock.getAsLong());
            }
            return deleted;
        });
        if (existed) {
            erase();
        }
        return existed;
    }

    private static Optional<String> deleteRoom(Connection connection, String statement, String... parameters)
            throws SQLException {
        // The room first: its row is what everything waits for that adds to it.
        String epoch;
        try (PreparedStatement delete = connection.prepareStatement(statement)) {
            for (int i = 0; i < parameters.length; i++) {
                delete.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = delete.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                epoch = row.getString(1);
            }
        }
        for (String table : TABLES) {
            deleteRows(connection, table, parameters[0]);
        }
        return Optional.of(epoch);
    }

    private static void deleteRows(Connection connection, String table, String roomId) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + table + " where room_id = ?")) {
            delete.setString(1, roomId);
            delete.executeUpdate();
        }
    }

    /** Removes from the files what was deleted from the tables, where that is this process's business. */
    void erase() {}

    @Override
    public Endings endings() {
        return endings;
    }

    /**
     * Removes what is remembered of batches stored before this time (unix ms). Only for writers that are certainly gone:
     * a batch of theirs that came again would be stored again.
     */
    final void forgetBatches(long before) {
        writes.run("forget old batches", connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from append_batches where stored_at < ?")) {
                delete.setLong(1, before);
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public Versions versions() {
        return versions;
    }

    @Override
    public AccessRows accessRows() {
        return accessRows;
    }

    @Override
    public AiRuns aiRuns() {
        return aiRuns;
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    @Override
    public void ping() {
        reads.run("reach the database", connection -> {
            try (PreparedStatement select = connection.prepareStatement("select 1 from rooms limit 1");
                    ResultSet row = select.executeQuery()) {
                return row.next();
            }
        });
    }

    @Override
    public void close() {
        reads.close();
        writes.close();
        appends.close();
    }

    private <T> T reading(String roomId, Transactions.Work<T> work) {
        try {
            return reads.run("read room '" + roomId + "'", work);
        } catch (StoreException failure) {
            if (failure.getCause() instanceof SQLException sql && dialect.isDamage(sql)) {
                throw new CorruptRoomException(roomId, "a page of the database", String.valueOf(sql.getMessage()), sql);
            }
            throw failure;
        }
    }
}
