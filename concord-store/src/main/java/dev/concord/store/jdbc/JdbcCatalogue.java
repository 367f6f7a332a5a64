package dev.concord.store.jdbc;

import dev.concord.store.RoomCatalogue;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** The catalogue in the columns of {@code rooms}. */
final class JdbcCatalogue implements RoomCatalogue {
    /** Rows that the driver holds at a time; most lists need no more. */
    private static final int FETCH = 200;

    private static final String ENTRY = """
            select room_id, title, created_at, created_by, changed_at, changed_by, chars,
                coalesce((select length(state) from snapshots where snapshots.room_id = rooms.room_id), 0)
                + coalesce((select sum(length(state)) from versions where versions.room_id = rooms.room_id), 0)
            from rooms where room_id = ?""";
    // By the index alone, and only as far as it is read: what an entry says is looked up for those that are shown.
    private static final String PAGE = """
            select room_id, title, changed_at from rooms
            where changed_at <= ? and (changed_at < ? or room_id > ?)
            order by changed_at desc, room_id""";
    private static final String TITLE =
            "update rooms set title = ?, changed_at = ?, changed_by = ? where room_id = ? returning room_id";
    private static final String CREATOR =
            "update rooms set created_by = ? where room_id = ? and epoch = ? and created_by = ''";
    private static final String DESCRIBE =
            "update rooms set chars = ?, changed_by = coalesce(nullif(?, ''), changed_by) where room_id = ? and epoch = ?";
    private static final String IDLE =
            "select room_id from rooms where changed_at < ? order by changed_at, room_id limit ?";

    private static final String MENTIONS = """
            select 'room_created' as kind, room_id, '' as id, title as words, created_at as moment from rooms where created_by = ?
            union all select 'room_changed', room_id, '', title, changed_at from rooms where changed_by = ?
            union all select 'version', room_id, cast(id as text), label, created_at from versions where author = ?
            union all select 'plan', room_id, run_id, instruction, created_at from ai_runs where author = ?
            union all select 'right', room_id, '', value, changed_at from access where kind = 'RIGHT' and subject = ?
            union all select 'tokens_revoked', room_id, '', value, changed_at from access where kind = 'USER' and subject = ?
            union all select 'decision', room_id, subject, value, changed_at from access where changed_by = ?
            order by room_id, moment, kind, id""";
    /** How often a name stands in that. */
    private static final int NAMES = 7;

    private final Transactions writes;
    private final Transactions reads;
    private final LongSupplier clock;

    JdbcCatalogue(Transactions writes, Transactions reads, LongSupplier clock) {
        this.writes = writes;
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    public Optional<Entry> find(String roomId) {
        return reads.run("describe room '" + roomId + "'", connection -> entry(connection, roomId));
    }

    private static Optional<Entry> entry(Connection connection, String roomId) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ENTRY)) {
            select.setString(1, roomId);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                long chars = row.getLong(7);
                boolean unknown = row.wasNull();
                return Optional.of(new Entry(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getString(6),
                        unknown ? null : chars,
                        row.getLong(8)));
            }
        }
    }

    @Override
    public List<Entry> list(Query query, Predicate<String> shown) {
        return reads.run("list the rooms by their changes", connection -> {
            List<Entry> entries = new ArrayList<>();
            for (String roomId : page(connection, query, shown)) {
                entry(connection, roomId).ifPresent(entries::add);
            }
            return entries;
        });
    }

    private static List<String> page(Connection connection, Query query, Predicate<String> shown) throws SQLException {
        String text = query.text().toLowerCase(Locale.ROOT);
        List<String> page = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(PAGE)) {
            select.setFetchSize(FETCH);
            select.setLong(1, query.after().changedAt());
            select.setLong(2, query.after().changedAt());
            select.setString(3, query.after().roomId());
            try (ResultSet row = select.executeQuery()) {
                while (page.size() < query.max() && row.next()) {
                    String roomId = row.getString(1);
                    if (roomId.startsWith(query.prefix())
                            && (text.isEmpty() || has(roomId, text) || has(row.getString(2), text))
                            && shown.test(roomId)) {
                        page.add(roomId);
                    }
                }
            }
        }
        return page;
    }

    @Override
    public List<Mention> mentions(String user) {
        return reads.run("look for a user", connection -> {
            List<Mention> mentions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(MENTIONS)) {
                for (int i = 1; i <= NAMES; i++) {
                    select.setString(i, user);
                }
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        mentions.add(new Mention(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5)));
                    }
                }
            }
            return mentions;
        });
    }

    private static boolean has(String name, String text) {
        return name.toLowerCase(Locale.ROOT).contains(text);
    }

    @Override
    public Optional<Entry> setTitle(String roomId, String title, String by) {
        return writes.run("give room '" + roomId + "' a title", connection -> {
            try (PreparedStatement update = connection.prepareStatement(TITLE)) {
                update.setString(1, title);
                update.setLong(2, clock.getAsLong());
                update.setString(3, by);
                update.setString(4, roomId);
                try (ResultSet row = update.executeQuery()) {
                    if (!row.next()) {
                        return Optional.<Entry>empty();
                    }
                }
            }
            return entry(connection, roomId);
        });
    }

    @Override
    public void setCreator(String roomId, String epoch, String by) {
        writes.run("note who made room '" + roomId + "'", connection -> {
            try (PreparedStatement update = connection.prepareStatement(CREATOR)) {
                update.setString(1, by);
                update.setString(2, roomId);
                update.setString(3, epoch);
                return update.executeUpdate();
            }
        });
    }

    @Override
    public void describe(String roomId, String epoch, long chars, String by) {
        writes.run("describe room '" + roomId + "'", connection -> {
            try (PreparedStatement update = connection.prepareStatement(DESCRIBE)) {
                update.setLong(1, chars);
                update.setString(2, by);
                update.setString(3, roomId);
                update.setString(4, epoch);
                return update.executeUpdate();
            }
        });
    }

    @Override
    public List<String> idle(long before, int max) {
        return reads.run("look for idle rooms", connection -> {
            List<String> rooms = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(IDLE)) {
                select.setLong(1, before);
                select.setInt(2, max);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rooms.add(row.getString(1));
                    }
                }
            }
            return rooms;
        });
    }
}
