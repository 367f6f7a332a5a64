package dev.concord.store.jdbc;

import dev.concord.store.CorruptRoomException;
import dev.concord.store.Versions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Versions in the table {@code versions}. */
final class JdbcVersions implements Versions {
    private static final String ROOM = "select epoch, last_seq, created_at from rooms where room_id = ?";
    private static final String NEWEST = "select max(created_at) from versions where room_id = ?";
    private static final String ADD = """
            insert into versions (room_id, label, author, automatic, state, crc, op_seq, created_at)
            values (?, ?, ?, ?, ?, ?, ?, ?) returning id""";
    private static final String FORGET = """
            delete from versions where room_id = ? and automatic = 1 and id <= (
                select id from versions where room_id = ? and automatic = 1 order by id desc limit 1 offset ?)""";
    private static final String COLUMNS = "id, room_id, label, author, automatic, op_seq, created_at";
    private static final String DELETE = "delete from versions where room_id = ? and id = ?";
    private static final String RENAME =
            "update versions set label = ?, automatic = 0 where room_id = ? and id = ? returning " + COLUMNS;
    private static final String FORGET_OLD = """
            delete from versions where automatic = ? and id in (
                select id from (
                    select id, created_at, row_number() over (partition by room_id order by id desc) as place
                    from versions where automatic = ?) as ranked
                where created_at < ? or place > ?)""";
    private static final String LIST =
            "select " + COLUMNS + " from versions where room_id = ? and id < ? order by id desc limit ?";
    private static final String FIND = "select " + COLUMNS + ", state, crc from versions where room_id = ? and id = ?";

    private final Transactions writes;
    private final Transactions reads;
    private final Dialect dialect;
    private final LongSupplier clock;
    private final Runnable erase;

    /**
     * Versions of one database.
     *
     * @param erase removes from the files what was deleted from the table
     */
    JdbcVersions(Transactions writes, Transactions reads, Dialect dialect, LongSupplier clock, Runnable erase) {
        this.writes = writes;
        this.reads = reads;
        this.dialect = dialect;
        this.clock = clock;
        this.erase = erase;
    }

    @Override
    public Optional<Version> add(String roomId, String epoch, String label, String author, byte[] state, long opSeq) {
        return writes.run("keep a version of room '" + roomId + "'", connection -> {
            if (madeAt(connection, roomId, epoch, opSeq).isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(insert(connection, roomId, label, author, false, state, opSeq));
        });
    }

    @Override
    public Optional<Version> addAutomatic(
            String roomId, String epoch, String label, byte[] state, long opSeq, long atLeastMillis, int keep) {
        return writes.run("keep a version of room '" + roomId + "'", connection -> {
            Optional<Long> made = madeAt(connection, roomId, epoch, opSeq);
            if (made.isEmpty() || clock.getAsLong() - newest(connection, roomId, made.get()) < atLeastMillis) {
                return Optional.empty();
            }
            Version version = insert(connection, roomId, label, "", true, state, opSeq);
            try (PreparedStatement forget = connection.prepareStatement(FORGET)) {
                forget.setString(1, roomId);
                forget.setString(2, roomId);
                forget.setInt(3, keep);
                forget.executeUpdate();
            }
            return Optional.of(version);
        });
    }

    /** When the room was made; empty when it is gone or has another epoch. Its row is held until the transaction ends. */
    private Optional<Long> madeAt(Connection connection, String roomId, String epoch, long opSeq) throws SQLException {
        if (opSeq < 0) {
            throw new IllegalArgumentException("a version contains 0 ops or more: " + opSeq);
        }
        try (PreparedStatement select = connection.prepareStatement(ROOM + dialect.holdRow())) {
            select.setString(1, roomId);
            try (ResultSet room = select.executeQuery()) {
                if (!room.next() || !room.getString(1).equals(epoch)) {
                    return Optional.empty();
                }
                if (opSeq > room.getLong(2)) {
                    throw new IllegalArgumentException("a version at op " + opSeq + " of room '" + roomId
                            + "', whose last op is " + room.getLong(2));
                }
                return Optional.of(room.getLong(3));
            }
        }
    }

    private static long newest(Connection connection, String roomId, long otherwise) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long newest = row.getLong(1);
                return row.wasNull() ? otherwise : newest;
            }
        }
    }

    private Version insert(
            Connection connection,
            String roomId,
            String label,
            String author,
            boolean automatic,
            byte[] state,
            long opSeq)
            throws SQLException {
        long now = clock.getAsLong();
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            insert.setString(1, roomId);
            insert.setString(2, label);
            insert.setString(3, author);
            insert.setInt(4, automatic ? 1 : 0);
            insert.setBytes(5, state);
            insert.setLong(6, Checksums.of(opSeq, state));
            insert.setLong(7, opSeq);
            insert.setLong(8, now);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return new Version(row.getLong(1), roomId, label, author, automatic, opSeq, now);
            }
        }
    }

    @Override
    public boolean delete(String roomId, long id) {
        boolean deleted = writes.run("forget version " + id + " of room '" + roomId + "'", connection -> {
            try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                delete.setString(1, roomId);
                delete.setLong(2, id);
                return delete.executeUpdate() == 1;
            }
        });
        if (deleted) {
            erase.run();
        }
        return deleted;
    }

    @Override
    public Optional<Version> rename(String roomId, long id, String label) {
        return writes.run("rename version " + id + " of room '" + roomId + "'", connection -> {
            try (PreparedStatement update = connection.prepareStatement(RENAME)) {
                update.setString(1, label);
                update.setString(2, roomId);
                update.setLong(3, id);
                try (ResultSet row = update.executeQuery()) {
                    return row.next() ? Optional.of(version(row)) : Optional.<Version>empty();
                }
            }
        });
    }

    @Override
    public int forget(boolean automatic, long createdBefore, int keep) {
        int forgotten = writes.run("forget old versions", connection -> {
            try (PreparedStatement delete = connection.prepareStatement(FORGET_OLD)) {
                delete.setInt(1, automatic ? 1 : 0);
                delete.setInt(2, automatic ? 1 : 0);
                delete.setLong(3, createdBefore);
                delete.setInt(4, keep);
                return delete.executeUpdate();
            }
        });
        if (forgotten > 0) {
            erase.run();
        }
        return forgotten;
    }

    @Override
    public List<Version> list(String roomId, long before, int max) {
        return reads.run("list the versions of room '" + roomId + "'", connection -> {
            List<Version> versions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(LIST)) {
                select.setString(1, roomId);
                select.setLong(2, before);
                select.setInt(3, max);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        versions.add(version(row));
                    }
                }
            }
            return versions;
        });
    }

    @Override
    public Optional<Captured> find(String roomId, long id) {
        return reads.run("read version " + id + " of room '" + roomId + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, roomId);
                select.setLong(2, id);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    Captured captured = new Captured(version(row), row.getBytes(8));
                    if (Checksums.of(captured.version().opSeq(), captured.state()) != row.getLong(9)) {
                        throw new CorruptRoomException(roomId, "version " + id, "its checksum does not match", null);
                    }
                    return Optional.of(captured);
                }
            }
        });
    }

    private static Version version(ResultSet row) throws SQLException {
        return new Version(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getInt(5) == 1,
                row.getLong(6),
                row.getLong(7));
    }
}
