package dev.concord.store.jdbc;

import dev.concord.store.StoreException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Brings the tables of a database up to date, and refuses a database that another version has been at. */
final class Migrations {
    private final Flyway flyway;
    private final String database;

    /**
     * The migrations of a database.
     *
     * @param configuration names the data source
     * @param dialect whose migrations they are
     * @param database for people, without a secret
     */
    Migrations(FluentConfiguration configuration, Dialect dialect, String database) {
        this.flyway = configuration
                // Numbers are shared out by subject, so a lower one may come later.
                .outOfOrder(true)
                .locations(dialect.migrations())
                .loggers("slf4j")
                .load();
        this.database = database;
    }

    /**
     * Makes the tables or brings them up to date.
     *
     * @throws StoreException when a newer version has migrated the database; nothing was changed
     * @throws org.flywaydb.core.api.FlywayException when the database cannot be used
     */
    void run() {
        refuseNewer();
        flyway.migrate();
    }

    /**
     * Looks whether the tables are those of this version, and changes nothing.
     *
     * @throws StoreException when they are not
     */
    void check() {
        refuseNewer();
        if (flyway.info().pending().length > 0) {
            throw new StoreException(
                    "the database " + database
                            + " was last used by an older version of Concord; start this version's server on it once, which migrates it");
        }
    }

    /** Steps that this version does not know. What they changed might be written over, or be read wrong. */
    private void refuseNewer() {
        String unknown = Arrays.stream(flyway.info().applied())
                .filter(step -> isUnknown(step.getState()))
                .map(Migrations::name)
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new StoreException(
                    "the database " + database + " was migrated by a newer version of Concord (schema step " + unknown
                            + "); start that version, or restore a backup from before the upgrade");
        }
    }

    private static boolean isUnknown(MigrationState state) {
        return switch (state) {
            case FUTURE_SUCCESS, FUTURE_FAILED, MISSING_SUCCESS, MISSING_FAILED -> true;
            default -> false;
        };
    }

    private static String name(MigrationInfo step) {
        return step.getVersion() == null
                ? step.getDescription()
                : step.getVersion() + " \"" + step.getDescription() + "\"";
    }
}
