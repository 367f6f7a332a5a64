package dev.concord.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite. A statement costs microseconds there, so what PostgreSQL is asked at once is asked room by room. */
final class SqliteDialect implements Dialect {
    // Among them a full disk, and a disk that fails or was mounted read-only: an operator can repair these without a
    // restart.
    private static final Set<SQLiteErrorCode> PASSING = EnumSet.of(
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_LOCKED,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_READONLY,
            SQLiteErrorCode.SQLITE_INTERRUPT,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_PROTOCOL);
    private static final VectorColumn VECTORS = new BlobVectors();
    private static final Set<SQLiteErrorCode> DAMAGE =
            EnumSet.of(SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB);

    @Override
    public String migrations() {
        return "classpath:dev/concord/store/migration/sqlite";
    }

    @Override
    public String holdRow() {
        return "";
    }

    @Override
    public String lockRow() {
        return "";
    }

    /** Locks nothing: the pool has one connection that writes, and the directory belongs to one process. */
    @Override
    public Map<String, RoomRow> lockRooms(Connection connection, SortedSet<String> roomIds) throws SQLException {
        Map<String, RoomRow> rooms = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("select epoch, last_seq from rooms where room_id = ?")) {
            for (String roomId : roomIds) {
                select.setString(1, roomId);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        rooms.put(roomId, new RoomRow(row.getString(1), row.getLong(2)));
                    }
                }
            }
        }
        return rooms;
    }

    @Override
    public void raise(Connection connection, SortedMap<String, Long> lastSeqs) throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement("update rooms set last_seq = ? where room_id = ?")) {
            for (Map.Entry<String, Long> room : lastSeqs.entrySet()) {
                raise.setLong(1, room.getValue());
                raise.setString(2, room.getKey());
                raise.executeUpdate();
            }
        }
    }

    @Override
    public VectorColumn vectors() {
        return VECTORS;
    }

    @Override
    public boolean isPassing(SQLException failure) {
        return PASSING.contains(primaryCode(failure));
    }

    @Override
    public boolean isDamage(SQLException failure) {
        return DAMAGE.contains(primaryCode(failure));
    }

    private static SQLiteErrorCode primaryCode(SQLException failure) {
        if (failure instanceof SQLiteException sqlite) {
            // Extended codes keep the primary one in their lowest byte.
            return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
        }
        return SQLiteErrorCode.UNKNOWN_ERROR;
    }
}
