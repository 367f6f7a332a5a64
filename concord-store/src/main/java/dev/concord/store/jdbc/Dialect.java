package dev.concord.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What one database does in its own way. The other statements keep to what SQLite and PostgreSQL share, {@code on conflict}
 * above all.
 */
interface Dialect {
    /** Where the migrations of this database are, as a Flyway location. */
    String migrations();

    /**
     * Appended to a select of a {@code rooms} row to keep that row from being deleted until the transaction ends; empty
     * where there is only one writer at a time anyway.
     */
    String holdRow();

    /** As {@link #holdRow} for a row that is to be changed. */
    String lockRow();

    /** How this database keeps vectors. */
    VectorColumn vectors();

    /**
     * Reads the rooms with these ids and keeps everybody else from changing their rows until the transaction ends. However
     * many rooms two transactions ask for at once, they do not wait for each other in a circle.
     *
     * @return by id; rooms that do not exist are missing
     */
    Map<String, RoomRow> lockRooms(Connection connection, SortedSet<String> roomIds) throws SQLException;

    /** Sets {@code last_seq} of rooms that this transaction has locked. */
    void raise(Connection connection, SortedMap<String, Long> lastSeqs) throws SQLException;

    /** Whether trying again later may help. */
    boolean isPassing(SQLException failure);

    /** Whether the database found its own pages damaged. */
    boolean isDamage(SQLException failure);
}
