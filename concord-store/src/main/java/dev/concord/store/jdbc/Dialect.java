package dev.concord.store.jdbc;

import java.sql.SQLException;

/**
 * What one database does in its own way. The statements keep to what SQLite and PostgreSQL share: {@code on conflict},
 * {@code returning}, and a row's update making later writers of that row wait for the commit.
 */
interface Dialect {
    /** Where this database's migrations stand, as a Flyway location. */
    String migrations();

    /**
     * Appended to a select of a {@code rooms} row to keep that row from being deleted until the transaction ends; empty
     * where there is only one writer at a time anyway.
     */
    String holdRow();

    /** How this database keeps vectors. */
    VectorColumn vectors();

    /** Whether trying again later may help. */
    boolean isPassing(SQLException failure);

    /** Whether the database found its own pages damaged. */
    boolean isDamage(SQLException failure);
}
