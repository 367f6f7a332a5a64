package dev.concord.store.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** PostgreSQL from 13. */
final class PostgresDialect implements Dialect {
    // The rows are locked in the order that the sort gives: the one statement that locks several rooms, so that no two
    // transactions can wait for each other.
    private static final String LOCK =
            "select room_id, epoch, last_seq from rooms where room_id = any (?) order by room_id for update";
    private static final String RAISE = """
            update rooms set last_seq = raised.last_seq
            from unnest(?, ?) as raised (room_id, last_seq) where rooms.room_id = raised.room_id""";
    /**
     * Connection, resources (disk full, too many connections), rollbacks (deadlock, serialization), an operator's stop or a
     * timeout, and the system below: by class, the first two characters of the state.
     */
    private static final Set<String> PASSING_CLASSES = Set.of("08", "53", "40", "57", "58");
    /** A lock or a transaction that timed out; a server that only reads, as it does during a failover. */
    private static final Set<String> PASSING_STATES = Set.of("55P03", "25P03", "25P04", "25006");

    private static final Set<String> DAMAGE_STATES = Set.of("XX001", "XX002");

    private volatile @Nullable VectorColumn vectors;

    @Override
    public String migrations() {
        return "classpath:dev/concord/store/migration/postgresql";
    }

    @Override
    public String holdRow() {
        return " for share";
    }

    @Override
    public String lockRow() {
        return " for update of rooms";
    }

    /** Tells how vectors are kept, which is found out when the tables are there. */
    void keepsVectors(VectorColumn found) {
        vectors = found;
    }

    @Override
    public VectorColumn vectors() {
        VectorColumn found = vectors;
        if (found == null) {
            throw new IllegalStateException("asked for vectors before the tables are there");
        }
        return found;
    }

    @Override
    public Map<String, RoomRow> lockRooms(Connection connection, SortedSet<String> roomIds) throws SQLException {
        Map<String, RoomRow> rooms = new HashMap<>();
        Array ids = connection.createArrayOf("text", roomIds.toArray());
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setArray(1, ids);
            try (ResultSet row = lock.executeQuery()) {
                while (row.next()) {
                    rooms.put(row.getString(1), new RoomRow(row.getString(2), row.getLong(3)));
                }
            }
        } finally {
            ids.free();
        }
        return rooms;
    }

    @Override
    public void raise(Connection connection, SortedMap<String, Long> lastSeqs) throws SQLException {
        if (lastSeqs.isEmpty()) {
            return;
        }
        Array ids = connection.createArrayOf("text", lastSeqs.keySet().toArray());
        Array seqs = connection.createArrayOf("bigint", lastSeqs.values().toArray());
        try (PreparedStatement raise = connection.prepareStatement(RAISE)) {
            raise.setArray(1, ids);
            raise.setArray(2, seqs);
            raise.executeUpdate();
        } finally {
            ids.free();
            seqs.free();
        }
    }

    @Override
    public boolean isPassing(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null || state.length() != 5) {
            return false;
        }
        return PASSING_CLASSES.contains(state.substring(0, 2)) || PASSING_STATES.contains(state);
    }

    @Override
    public boolean isDamage(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && DAMAGE_STATES.contains(state);
    }
}
