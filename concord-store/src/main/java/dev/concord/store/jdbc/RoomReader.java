package dev.concord.store.jdbc;

import dev.concord.store.CorruptRoomException;
import dev.concord.store.LogPage;
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
    private static final String SNAPSHOT_SEQ = "select op_seq from snapshots where room_id = ?";
    private static final String OPS = "select seq, op, crc from ops where room_id = ? and seq > ? order by seq limit ?";
    /** Where a page ends however few ops it has. */
    private static final long PAGE_BYTES = 4 << 20;
    /** Rows that the driver holds at a time, beside those that were read. */
    private static final int FETCH = 100;

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
        List<StoredOp> ops = opsAfter(covered, Integer.MAX_VALUE, Long.MAX_VALUE);
        if (covered + ops.size() != lastSeq) {
            throw corrupt("log", "ends at op " + (covered + ops.size()) + ", but the room's last op is " + lastSeq);
        }
        return new StoredRoom(epoch, snapshot.map(Snapshot::state).orElse(null), covered, ops);
    }

    LogPage page(String epoch, long afterSeq, int max) throws SQLException {
        long lastSeq;
        try (PreparedStatement select = connection.prepareStatement(ROOM)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return new LogPage.NoSuchRoom();
                }
                if (!row.getString(1).equals(epoch)) {
                    return new LogPage.OtherEpoch();
                }
                lastSeq = row.getLong(2);
            }
        }
        if (afterSeq >= lastSeq) {
            return new LogPage.Ops(List.of(), lastSeq);
        }
        long covered = snapshotSeq();
        if (afterSeq < covered && !has(afterSeq + 1)) {
            return new LogPage.Pruned(covered);
        }
        List<StoredOp> ops = opsAfter(afterSeq, max, PAGE_BYTES);
        if (ops.isEmpty()) {
            throw corrupt("op " + (afterSeq + 1), "is missing, and the room's last op is " + lastSeq);
        }
        return new LogPage.Ops(ops, lastSeq);
    }

    private long snapshotSeq() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SNAPSHOT_SEQ)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private boolean has(long seq) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select 1 from ops where room_id = ? and seq = ?")) {
            select.setString(1, roomId);
            select.setLong(2, seq);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
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

    private List<StoredOp> opsAfter(long place, int max, long maxBytes) throws SQLException {
        List<StoredOp> ops = new ArrayList<>();
        long bytes = 0;
        try (PreparedStatement select = connection.prepareStatement(OPS)) {
            select.setFetchSize(FETCH);
            select.setString(1, roomId);
            select.setLong(2, place);
            select.setInt(3, max);
            try (ResultSet row = select.executeQuery()) {
                while (bytes < maxBytes && row.next()) {
                    long seq = row.getLong(1);
                    byte[] op = row.getBytes(2);
                    long expected = place + ops.size() + 1;
                    if (seq != expected) {
                        throw corrupt("op " + expected, "is missing, the next one is " + seq);
                    }
                    if (Checksums.of(seq, op) != row.getLong(3)) {
                        throw corrupt("op " + seq, "its checksum does not match");
                    }
                    ops.add(new StoredOp(seq, op));
                    bytes += op.length;
                }
            }
        }
        return ops;
    }

    private CorruptRoomException corrupt(String row, String problem) {
        return new CorruptRoomException(roomId, row, problem, null);
    }
}
