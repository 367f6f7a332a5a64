package dev.concord.store.jdbc;

import dev.concord.store.RoomHead;
import dev.concord.store.RoomSummary;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a little of many rooms within one transaction. */
final class RoomLister {
    private static final int ROOMS_A_QUERY = 1000;
    private static final String HEADS = """
            select rooms.room_id, rooms.epoch, rooms.last_seq, snapshots.op_seq
            from rooms left join snapshots on snapshots.room_id = rooms.room_id
            where rooms.room_id in (%s)""";
    private static final String SUMMARIES = """
            select rooms.room_id, rooms.epoch, rooms.last_seq, rooms.created_at,
              snapshots.op_seq, length(snapshots.state), snapshots.updated_at,
              (select count(*) from ops where ops.room_id = rooms.room_id),
              (select sum(length(ops.op)) from ops where ops.room_id = rooms.room_id)
            from rooms left join snapshots on snapshots.room_id = rooms.room_id
            where rooms.room_id > ? order by rooms.room_id limit ?""";

    private final Connection connection;

    RoomLister(Connection connection) {
        this.connection = connection;
    }

    Map<String, RoomHead> heads(Collection<String> roomIds) throws SQLException {
        Map<String, RoomHead> heads = new HashMap<>();
        List<String> all = new ArrayList<>(roomIds);
        for (int from = 0; from < all.size(); from += ROOMS_A_QUERY) {
            addHeads(all.subList(from, Math.min(all.size(), from + ROOMS_A_QUERY)), heads);
        }
        return heads;
    }

    private void addHeads(List<String> roomIds, Map<String, RoomHead> heads) throws SQLException {
        // A power of two, so that there are few different statements to prepare: the last room fills up.
        int parameters = Math.max(1, Integer.highestOneBit(2 * roomIds.size() - 1));
        String sql = HEADS.formatted("?" + ", ?".repeat(parameters - 1));
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters; i++) {
                select.setString(i + 1, roomIds.get(Math.min(i, roomIds.size() - 1)));
            }
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    heads.put(row.getString(1), new RoomHead(row.getString(2), row.getLong(3), row.getLong(4)));
                }
            }
        }
    }

    List<RoomSummary> summaries(String after, int max) throws SQLException {
        List<RoomSummary> summaries = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(SUMMARIES)) {
            select.setString(1, after);
            select.setInt(2, max);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    summaries.add(new RoomSummary(
                            row.getString(1),
                            row.getString(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getLong(9)));
                }
            }
        }
        return summaries;
    }
}
