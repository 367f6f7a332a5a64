package dev.concord.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** How one database keeps vectors, and whether it ranks them itself. */
interface VectorColumn {
    /** The parameter of a statement that is a vector. */
    String parameter();

    /** Sets that parameter. */
    void set(PreparedStatement statement, int index, float @Nullable [] vector) throws SQLException;

    /** Reads the column, which is not null. */
    float[] get(ResultSet row, int index) throws SQLException;

    /** Whether the operator {@code <=>} gives the cosine distance. */
    boolean ranks();

    /** Readies a transaction for a ranking of that many rows. */
    void beforeRanking(Connection connection, int limit) throws SQLException;

    /** How rooms are ranked, for an operator. */
    String ranking();
}
