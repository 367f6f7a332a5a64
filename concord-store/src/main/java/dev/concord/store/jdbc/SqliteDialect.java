package dev.concord.store.jdbc;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite from 3.35, which brought {@code returning}. */
final class SqliteDialect implements Dialect {
    // Among them a full disk, and a disk that fails or was mounted read-only: an operator can mend these without a
    // restart.
    private static final Set<SQLiteErrorCode> PASSING = EnumSet.of(
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_LOCKED,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_READONLY,
            SQLiteErrorCode.SQLITE_INTERRUPT,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_PROTOCOL);
    private static final VectorColumn VECTORS = new BlobVectors();
    private static final Set<SQLiteErrorCode> DAMAGE =
            EnumSet.of(SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB);

    @Override
    public String migrations() {
        return "classpath:dev/concord/store/migration/sqlite";
    }

    @Override
    public String holdRow() {
        return "";
    }

    @Override
    public VectorColumn vectors() {
        return VECTORS;
    }

    @Override
    public boolean isPassing(SQLException failure) {
        return PASSING.contains(primaryCode(failure));
    }

    @Override
    public boolean isDamage(SQLException failure) {
        return DAMAGE.contains(primaryCode(failure));
    }

    private static SQLiteErrorCode primaryCode(SQLException failure) {
        if (failure instanceof SQLiteException sqlite) {
            // Extended codes keep the primary one in their lowest byte.
            return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
        }
        return SQLiteErrorCode.UNKNOWN_ERROR;
    }
}
