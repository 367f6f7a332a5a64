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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One group commit.
 *
 * <p>It begins by claiming the batch's number in the writer's row of {@code append_batches}. When an earlier call with
 * the same number was committed, the claim changes no row and the remembered results are the answer; when such a call is
 * still under way on another connection, the claim waits for its end. Since nothing else happens before the claim, a
 * batch whose claim succeeds has certainly not been stored before.
 *
 * <p>Then it takes the places for each room at once by raising {@code rooms.last_seq}. That locks the room's row until
 * the commit, so that places become visible in the order in which they were given. Rooms are taken in ascending order of
 * their ids, and so two instances that append to the same rooms cannot wait for each other in a circle.
 */
final class AppendTransaction {
    private static final String CLAIM = """
            insert into append_batches (writer, number, results, stored_at) values (?, ?, ?, ?)
            on conflict (writer) do update
            set number = excluded.number, results = excluded.results, stored_at = excluded.stored_at
            where append_batches.number < excluded.number""";
    private static final String CLAIMED = "select number, results from append_batches where writer = ?";
    private static final String REMEMBER = "update append_batches set results = ? where writer = ?";
    private static final String TAKE_PLACES =
            "update rooms set last_seq = last_seq + ? where room_id = ? and epoch = ? returning last_seq";
    private static final String EXISTS = "select 1 from rooms where room_id = ?";
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

    AppendTransaction(Connection connection, BatchId id, List<Append> batch) {
        this.connection = connection;
        this.id = id;
        this.batch = batch;
    }

    List<AppendResult> run(long now) throws SQLException {
        long[] results = claim(now) ? store() : remembered();
        return Arrays.stream(results).mapToObj(AppendTransaction::result).toList();
    }

    private boolean claim(long now) throws SQLException {
        try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            claim.setString(1, id.writer());
            claim.setLong(2, id.number());
            claim.setBytes(3, new byte[0]);
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
                long[] results = decode(row.getBytes(2));
                if (number != id.number() || results.length != batch.size()) {
                    throw new StoreException(id + " is not the batch that was committed as " + number);
                }
                return results;
            }
        }
    }

    private long[] store() throws SQLException {
        long[] results = new long[batch.size()];
        Map<Log, List<Integer>> indexes = new TreeMap<>(Log.ORDER);
        for (int i = 0; i < batch.size(); i++) {
            Log log = new Log(batch.get(i).roomId(), batch.get(i).epoch());
            indexes.computeIfAbsent(log, key -> new ArrayList<>()).add(i);
        }
        try (PreparedStatement take = connection.prepareStatement(TAKE_PLACES);
                PreparedStatement exists = connection.prepareStatement(EXISTS)) {
            for (Map.Entry<Log, List<Integer>> log : indexes.entrySet()) {
                int count = log.getValue().size();
                long last = takePlaces(take, exists, log.getKey(), count);
                for (int i = 0; i < count; i++) {
                    results[log.getValue().get(i)] = last > 0 ? last - count + 1 + i : last;
                }
            }
        }
        insert(results);
        remember(results);
        return results;
    }

    /** The last of the places taken, or why there are none. */
    private static long takePlaces(PreparedStatement take, PreparedStatement exists, Log log, int count)
            throws SQLException {
        take.setInt(1, count);
        take.setString(2, log.roomId());
        take.setString(3, log.epoch());
        try (ResultSet taken = take.executeQuery()) {
            if (taken.next()) {
                return taken.getLong(1);
            }
        }
        exists.setString(1, log.roomId());
        try (ResultSet room = exists.executeQuery()) {
            return room.next() ? OTHER_EPOCH : NO_SUCH_ROOM;
        }
    }

    private void insert(long[] results) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = 0; i < results.length; i++) {
                if (results[i] > 0) {
                    Append append = batch.get(i);
                    insert.setString(1, append.roomId());
                    insert.setLong(2, results[i]);
                    insert.setBytes(3, append.op());
                    insert.setLong(4, Checksums.of(results[i], append.op()));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private void remember(long[] results) throws SQLException {
        ByteBuffer encoded = ByteBuffer.allocate(results.length * Long.BYTES);
        encoded.asLongBuffer().put(results);
        try (PreparedStatement remember = connection.prepareStatement(REMEMBER)) {
            remember.setBytes(1, encoded.array());
            remember.setString(2, id.writer());
            remember.executeUpdate();
        }
    }

    private static long[] decode(byte[] encoded) {
        long[] results = new long[encoded.length / Long.BYTES];
        ByteBuffer.wrap(encoded).asLongBuffer().get(results);
        return results;
    }

    private static AppendResult result(long result) {
        if (result == NO_SUCH_ROOM) {
            return new AppendResult.NoSuchRoom();
        }
        return result == OTHER_EPOCH ? new AppendResult.OtherEpoch() : new AppendResult.Stored(result);
    }
}
