package dev.concord.store.jdbc;

import dev.concord.store.CorruptRoomException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the rows of one room within one transaction, and trusts none of them. */
final class RoomReader {
    private static final String ROOM = "select epoch, last_seq from rooms where room_id = ?";
    private static final String SNAPSHOT = "select state, op_seq, crc from snapshots where room_id = ?";
    private static final String OPS = "select seq, op, crc from ops where room_id = ? and seq > ? order by seq";

    /** A snapshot whose checksum was found right. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; handed on to one reader
    record Snapshot(byte[] state, long opSeq, long crc) {}

    private final Connection connection;
    private final String roomId;

    RoomReader(Connection connection, String roomId) {
        this.connection = connection;
        this.roomId = roomId;
    }

    Optional<StoredRoom> room() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ROOM)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(room(row.getString(1), row.getLong(2)));
            }
        }
    }

    private StoredRoom room(String epoch, long lastSeq) throws SQLException {
        Optional<Snapshot> snapshot = snapshot();
        long covered = snapshot.map(Snapshot::opSeq).orElse(0L);
        List<StoredOp> ops = opsAfter(covered);
        if (covered + ops.size() != lastSeq) {
            throw corrupt("log", "ends at op " + (covered + ops.size()) + ", but the room's last op is " + lastSeq);
        }
        return new StoredRoom(epoch, snapshot.map(Snapshot::state).orElse(null), covered, ops);
    }

    Optional<Snapshot> snapshot() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SNAPSHOT)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                Snapshot snapshot = new Snapshot(row.getBytes(1), row.getLong(2), row.getLong(3));
                if (Checksums.of(snapshot.opSeq(), snapshot.state()) != snapshot.crc()) {
                    throw corrupt("snapshot", "its checksum does not match");
                }
                return Optional.of(snapshot);
            }
        }
    }

    private List<StoredOp> opsAfter(long covered) throws SQLException {
        List<StoredOp> ops = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(OPS)) {
            select.setString(1, roomId);
            select.setLong(2, covered);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    long seq = row.getLong(1);
                    byte[] op = row.getBytes(2);
                    long expected = covered + ops.size() + 1;
                    if (seq != expected) {
                        throw corrupt("op " + expected, "is missing, the next one is " + seq);
                    }
                    if (Checksums.of(seq, op) != row.getLong(3)) {
                        throw corrupt("op " + seq, "its checksum does not match");
                    }
                    ops.add(new StoredOp(seq, op));
                }
            }
        }
        return ops;
    }

    private CorruptRoomException corrupt(String row, String problem) {
        return new CorruptRoomException(roomId, row, problem, null);
    }
}
