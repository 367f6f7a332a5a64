package dev.concord.store.jdbc;

import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.StoreException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One group commit.
 *
 * <p>It begins by locking the rows of the batch's rooms until the commit, so that places become visible in the order in which
 * they are given. Two instances that append to the same rooms cannot wait for each other in a circle, for the rows are locked
 * in one order.
 *
 * <p>Then it claims the batch's number in the writer's row of {@code append_batches}. When an earlier call with the same number
 * was committed, the claim changes no row and the remembered results are the answer; when such a call is still under way on
 * another connection, the locks and the claim wait for its end. Since nothing is changed before the claim, a batch whose claim
 * succeeds has certainly not been stored before.
 */
final class AppendTransaction {
    private static final String CLAIM = """
            insert into append_batches (writer, number, results, stored_at) values (?, ?, ?, ?)
            on conflict (writer) do update
            set number = excluded.number, results = excluded.results, stored_at = excluded.stored_at
            where append_batches.number < excluded.number""";
    private static final String CLAIMED = "select number, results from append_batches where writer = ?";
    private static final String INSERT = "insert into ops (room_id, seq, op, crc) values (?, ?, ?, ?)";

    // How results are remembered: a place is its own number, and places start at 1.
    private static final long NO_SUCH_ROOM = 0;
    private static final long OTHER_EPOCH = -1;

    /** Epochs are kept apart, for the ops of a room's former epoch may still be on their way. */
    private record Log(String roomId, String epoch) {
        static final Comparator<Log> ORDER = Comparator.comparing(Log::roomId).thenComparing(Log::epoch);
    }

    private final Connection connection;
    private final BatchId id;
    private final List<Append> batch;
    private final SortedMap<Log, List<Integer>> indexes = new TreeMap<>(Log.ORDER);

    AppendTransaction(Connection connection, BatchId id, List<Append> batch) {
        this.connection = connection;
        this.id = id;
        this.batch = batch;
        for (int i = 0; i < batch.size(); i++) {
            Log log = new Log(batch.get(i).roomId(), batch.get(i).epoch());
            indexes.computeIfAbsent(log, key -> new ArrayList<>()).add(i);
        }
    }

    List<AppendResult> run(Dialect dialect, long now) throws SQLException {
        TreeSet<String> roomIds = new TreeSet<>();
        indexes.keySet().forEach(log -> roomIds.add(log.roomId()));
        Map<String, RoomRow> rooms = dialect.lockRooms(connection, roomIds);

        // For each log the first place taken, or why there is none.
        long[] firsts = new long[indexes.size()];
        SortedMap<String, Long> raised = new TreeMap<>();
        int log = 0;
        for (Map.Entry<Log, List<Integer>> entry : indexes.entrySet()) {
            RoomRow room = rooms.get(entry.getKey().roomId());
            if (room == null) {
                firsts[log] = NO_SUCH_ROOM;
            } else if (!room.epoch().equals(entry.getKey().epoch())) {
                firsts[log] = OTHER_EPOCH;
            } else {
                firsts[log] = room.lastSeq() + 1;
                raised.put(
                        entry.getKey().roomId(),
                        room.lastSeq() + entry.getValue().size());
            }
            log++;
        }
        if (!claim(firsts, now)) {
            return results(remembered());
        }
        dialect.raise(connection, raised);
        List<AppendResult> results = results(firsts);
        insert(results);
        return results;
    }

    private boolean claim(long[] firsts, long now) throws SQLException {
        try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            claim.setString(1, id.writer());
            claim.setLong(2, id.number());
            claim.setBytes(3, encode(batch.size(), firsts));
            claim.setLong(4, now);
            return claim.executeUpdate() == 1;
        }
    }

    private long[] remembered() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(CLAIMED)) {
            select.setString(1, id.writer());
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long number = row.getLong(1);
                ByteBuffer results = ByteBuffer.wrap(row.getBytes(2));
                if (number != id.number()
                        || results.getInt() != batch.size()
                        || results.remaining() != indexes.size() * Long.BYTES) {
                    throw new StoreException(id + " is not the batch that was committed as " + number);
                }
                long[] firsts = new long[indexes.size()];
                results.asLongBuffer().get(firsts);
                return firsts;
            }
        }
    }

    private void insert(List<AppendResult> results) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i) instanceof AppendResult.Stored stored) {
                    Append append = batch.get(i);
                    insert.setString(1, append.roomId());
                    insert.setLong(2, stored.seq());
                    insert.setBytes(3, append.op());
                    insert.setLong(4, Checksums.of(stored.seq(), append.op()));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    /** The rest follows from the batch: the same batch has the same logs in the same order. */
    private static byte[] encode(int size, long[] firsts) {
        ByteBuffer encoded = ByteBuffer.allocate(Integer.BYTES + firsts.length * Long.BYTES);
        encoded.putInt(size).asLongBuffer().put(firsts);
        return encoded.array();
    }

    private List<AppendResult> results(long[] firsts) {
        AppendResult[] results = new AppendResult[batch.size()];
        int log = 0;
        for (List<Integer> places : indexes.values()) {
            long first = firsts[log++];
            for (int i = 0; i < places.size(); i++) {
                results[places.get(i)] = result(first, i);
            }
        }
        return List.of(results);
    }

    private static AppendResult result(long first, int index) {
        if (first == NO_SUCH_ROOM) {
            return new AppendResult.NoSuchRoom();
        }
        return first == OTHER_EPOCH ? new AppendResult.OtherEpoch() : new AppendResult.Stored(first + index);
    }
}
