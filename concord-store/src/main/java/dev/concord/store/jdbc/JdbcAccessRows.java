package dev.concord.store.jdbc;

import dev.concord.store.AccessRow;
import dev.concord.store.AccessRows;
import dev.concord.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decisions in the table {@code access}. All changes update one row with the revision, so that they commit in its order. */
final class JdbcAccessRows implements AccessRows {
    private static final Duration KEEP = Duration.ofDays(1);

    private static final String NEXT =
            "update access_revision set revision = revision + 1 where id = 1 returning revision";
    private static final String PUT = """
            insert into access (kind, room_id, subject, value, expires_at, changed_by, changed_at, revision)
            values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (kind, room_id, subject) do update
            set value = excluded.value, expires_at = excluded.expires_at, changed_by = excluded.changed_by,
            changed_at = excluded.changed_at, revision = excluded.revision""";
    private static final String FORGET = """
            delete from access where (value = '' and changed_at < ?)
            or (expires_at > 0 and expires_at < ?)""";
    private static final String AFTER = """
            select kind, room_id, subject, value, expires_at, changed_by, changed_at, revision from access
            where revision > ? order by revision""";
    private static final String TAKE_BACK =
            "update access set value = '', changed_at = ?, revision = ? where room_id = ? and value <> ''";
    private static final String KEY = "select bytes from access_keys where name = ?";
    private static final String ADD_KEY =
            "insert into access_keys (name, bytes, created_at) values (?, ?, ?) on conflict (name) do nothing";

    private final Transactions writes;
    private final Transactions reads;
    private final LongSupplier clock;

    JdbcAccessRows(Transactions writes, Transactions reads, LongSupplier clock) {
        this.writes = writes;
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    public AccessRow put(AccessRow row) {
        return writes.run("store who may do what", connection -> {
            long revision = next(connection);
            long now = clock.getAsLong();
            try (PreparedStatement put = connection.prepareStatement(PUT)) {
                put.setString(1, row.kind().name());
                put.setString(2, row.roomId());
                put.setString(3, row.subject());
                put.setString(4, row.value());
                put.setLong(5, row.expiresAt());
                put.setString(6, row.changedBy());
                put.setLong(7, now);
                put.setLong(8, revision);
                put.executeUpdate();
            }
            try (PreparedStatement forget = connection.prepareStatement(FORGET)) {
                forget.setLong(1, now - KEEP.toMillis());
                forget.setLong(2, now - KEEP.toMillis());
                forget.executeUpdate();
            }
            return new AccessRow(
                    row.kind(),
                    row.roomId(),
                    row.subject(),
                    row.value(),
                    row.expiresAt(),
                    row.changedBy(),
                    now,
                    revision);
        });
    }

    private static long next(Connection connection) throws SQLException {
        try (PreparedStatement next = connection.prepareStatement(NEXT);
                ResultSet row = next.executeQuery()) {
            if (!row.next()) {
                throw new StoreException("the revision of who may do what is missing from the database");
            }
            return row.getLong(1);
        }
    }

    @Override
    public List<AccessRow> after(long revision) {
        return reads.run("read who may do what", connection -> {
            try (PreparedStatement select = connection.prepareStatement(AFTER)) {
                select.setLong(1, revision);
                List<AccessRow> rows = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rows.add(new AccessRow(
                                AccessRow.Kind.valueOf(row.getString(1)),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getString(6),
                                row.getLong(7),
                                row.getLong(8)));
                    }
                }
                return rows;
            }
        });
    }

    @Override
    public byte[] key(String name, byte[] proposed) {
        return writes.run("make a key", connection -> {
            try (PreparedStatement add = connection.prepareStatement(ADD_KEY)) {
                add.setString(1, name);
                add.setBytes(2, proposed);
                add.setLong(3, clock.getAsLong());
                add.executeUpdate();
            }
            byte[] key = find(connection, name);
            return key == null ? proposed : key;
        });
    }

    @Override
    public byte @Nullable [] key(String name) {
        return reads.run("read a key", connection -> new Found(find(connection, name)))
                .bytes();
    }

    /** A key, or that there is none. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Found(byte @Nullable [] bytes) {}

    private static byte @Nullable [] find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(KEY)) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        }
    }

    /** Takes back what was decided about a room that is deleted in this transaction. */
    static void forget(Connection connection, String roomId, long now) throws SQLException {
        long revision = next(connection);
        try (PreparedStatement update = connection.prepareStatement(TAKE_BACK)) {
            update.setLong(1, now);
            update.setLong(2, revision);
            update.setString(3, roomId);
            update.executeUpdate();
        }
    }
}
