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
        PostgresAddress address;
        try {
            address = PostgresAddress.parse(config.database().value());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("DATABASE_URL", "the address " + e.getMessage(), PostgresAddress.ACCEPTED);
        }
        return () -> PostgresStore.open(address);
    }

    /** Where the rooms are kept, for people: without a secret. */
    static String describe(Config config) {
        return config.database().isSet()
                ? "PostgreSQL at " + PostgresAddress.parse(config.database().value())
                : config.dataDirectory().toAbsolutePath().toString();
    }
}
