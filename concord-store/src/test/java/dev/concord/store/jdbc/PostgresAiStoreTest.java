package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AiStoreContract;
import dev.concord.testing.postgres.PostgresForTests;

/** The contract on a PostgreSQL that need not have pgvector; the one from the class path comes without it. */
class PostgresAiStoreTest extends AiStoreContract {
    @Override
    protected RoomStore open() {
        return PostgresStore.open(PostgresAddress.parse(PostgresForTests.freshDatabase()));
    }
}
