package dev.concord.store.jdbc;

import dev.concord.store.Endings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Endings in the table {@code endings}. */
final class JdbcEndings implements Endings {
    private static final String ADD =
            "insert into endings (room_id, epoch, ended_at) values (?, ?, ?) on conflict (room_id, epoch) do nothing";
    private static final String OF = "select epoch from endings where room_id = ?";
    private static final String LIST = """
            select room_id, epoch, ended_at from endings
            where room_id > ? or (room_id = ? and epoch > ?) order by room_id, epoch limit ?""";

    private final Transactions reads;

    JdbcEndings(Transactions reads) {
        this.reads = reads;
    }

    /** In a transaction that ends the epoch. */
    static void add(Connection connection, String roomId, String epoch, long now) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            insert.setString(1, roomId);
            insert.setString(2, epoch);
            insert.setLong(3, now);
            insert.executeUpdate();
        }
    }

    @Override
    public Set<String> of(String roomId) {
        return reads.run("read the endings of room '" + roomId + "'", connection -> {
            Set<String> epochs = new LinkedHashSet<>();
            try (PreparedStatement select = connection.prepareStatement(OF)) {
                select.setString(1, roomId);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        epochs.add(row.getString(1));
                    }
                }
            }
            return epochs;
        });
    }

    @Override
    public List<Ending> list(String afterRoom, String afterEpoch, int max) {
        return reads.run("list the endings", connection -> {
            List<Ending> endings = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(LIST)) {
                select.setString(1, afterRoom);
                select.setString(2, afterRoom);
                select.setString(3, afterEpoch);
                select.setInt(4, max);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        endings.add(new Ending(row.getString(1), row.getString(2), row.getLong(3)));
                    }
                }
            }
            return endings;
        });
    }
}
