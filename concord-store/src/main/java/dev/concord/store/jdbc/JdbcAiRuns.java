package dev.concord.store.jdbc;

import dev.concord.store.AiRun;
import dev.concord.store.AiRuns;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs in the table {@code ai_runs}. A decision is one update, so that the database decides who came first. */
final class JdbcAiRuns implements AiRuns {
    private static final Duration KEEP = Duration.ofDays(1);

    private static final String COLUMNS =
            "run_id, room_id, epoch, author, instruction, summary, edits, state, created_at, expires_at";
    private static final String ADD = "insert into ai_runs (" + COLUMNS
            + ", claimed_until) select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0 from rooms" + " where room_id = ? and epoch = ?";
    private static final String FORGET = "delete from ai_runs where expires_at < ?";
    private static final String FIND = "select " + COLUMNS + " from ai_runs where room_id = ? and run_id = ?";
    private static final String WAITING = "select " + COLUMNS
            + " from ai_runs where room_id = ? and state = 'PENDING' and expires_at > ? order by created_at desc, run_id limit ?";
    private static final String CLAIM = """
            update ai_runs set state = 'APPLYING', claimed_until = ? where room_id = ? and run_id = ?
            and ((state = 'PENDING' and expires_at > ?) or (state = 'APPLYING' and claimed_until < ?))""";
    private static final String MOVE = "update ai_runs set state = ? where room_id = ? and run_id = ? and state = ?";

    private final Transactions writes;
    private final Transactions reads;
    private final Dialect dialect;

    JdbcAiRuns(Transactions writes, Transactions reads, Dialect dialect) {
        this.writes = writes;
        this.reads = reads;
        this.dialect = dialect;
    }

    @Override
    public boolean add(AiRun run) {
        return writes.run("keep a run of room '" + run.roomId() + "'", connection -> {
            try (PreparedStatement forget = connection.prepareStatement(FORGET)) {
                forget.setLong(1, run.createdAt() - KEEP.toMillis());
                forget.executeUpdate();
            }
            try (PreparedStatement insert = connection.prepareStatement(ADD + dialect.holdRow())) {
                insert.setString(1, run.id());
                insert.setString(2, run.roomId());
                insert.setString(3, run.epoch());
                insert.setString(4, run.author());
                insert.setString(5, run.instruction());
                insert.setString(6, run.summary());
                insert.setString(7, run.edits());
                insert.setString(8, run.state().name());
                insert.setLong(9, run.createdAt());
                insert.setLong(10, run.expiresAt());
                insert.setString(11, run.roomId());
                insert.setString(12, run.epoch());
                return insert.executeUpdate() == 1;
            }
        });
    }

    @Override
    public Optional<AiRun> find(String roomId, String id) {
        return reads.run("read a run of room '" + roomId + "'", connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setString(1, roomId);
                select.setString(2, id);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(run(row)) : Optional.<AiRun>empty();
                }
            }
        });
    }

    @Override
    public List<AiRun> pending(String roomId, long now, int limit) {
        return reads.run("read the runs of room '" + roomId + "'", connection -> {
            List<AiRun> runs = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(WAITING)) {
                select.setString(1, roomId);
                select.setLong(2, now);
                select.setInt(3, limit);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        runs.add(run(row));
                    }
                }
            }
            return runs;
        });
    }

    @Override
    public boolean claim(String roomId, String id, long now, long until) {
        return writes.run("claim a run of room '" + roomId + "'", connection -> {
            try (PreparedStatement update = connection.prepareStatement(CLAIM)) {
                update.setLong(1, until);
                update.setString(2, roomId);
                update.setString(3, id);
                update.setLong(4, now);
                update.setLong(5, now);
                return update.executeUpdate() == 1;
            }
        });
    }

    @Override
    public boolean move(String roomId, String id, AiRun.State from, AiRun.State to) {
        return writes.run("settle a run of room '" + roomId + "'", connection -> {
            try (PreparedStatement update = connection.prepareStatement(MOVE)) {
                update.setString(1, to.name());
                update.setString(2, roomId);
                update.setString(3, id);
                update.setString(4, from.name());
                return update.executeUpdate() == 1;
            }
        });
    }

    private static AiRun run(ResultSet row) throws SQLException {
        return new AiRun(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                AiRun.State.valueOf(row.getString(8)),
                row.getLong(9),
                row.getLong(10));
    }
}
