package dev.concord.server;

import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.store.RoomStore;
import dev.concord.store.jdbc.PostgresAddress;
import dev.concord.store.jdbc.PostgresStore;
import dev.concord.store.jdbc.SqliteStore;
import java.util.function.Supplier;

/** The store that a configuration asks for: PostgreSQL where there is an address of one, the embedded store otherwise. */
final class Stores {
    private Stores() {}

    /**
     * How to open it, which may throw {@link dev.concord.store.StoreException}.
     *
     * @throws ConfigException when the address cannot be read
     */
    static Supplier<RoomStore> of(Config config) throws ConfigException {
        if (!config.database().isSet()) {
            return () -> SqliteStore.open(config.dataDirectory());
        }
        PostgresAddress address = address(config);
        return () -> PostgresStore.open(address);
    }

    /** Opens it to read only, beside a server that may be running on it. */
    static RoomStore toRead(Config config) throws ConfigException {
        return config.database().isSet()
                ? PostgresStore.open(address(config))
                : SqliteStore.openToRead(config.dataDirectory());
    }

    private static PostgresAddress address(Config config) throws ConfigException {
        try {
            return PostgresAddress.parse(config.database().value());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("DATABASE_URL", "the address " + e.getMessage(), PostgresAddress.ACCEPTED);
        }
    }

    /** Where the rooms are kept, for people: without a secret. */
    static String describe(Config config) {
        return config.database().isSet()
                ? "PostgreSQL at " + PostgresAddress.parse(config.database().value())
                : config.dataDirectory().toAbsolutePath().toString();
    }
}
