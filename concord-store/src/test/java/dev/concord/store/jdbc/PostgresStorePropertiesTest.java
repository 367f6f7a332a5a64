package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.RoomStoreProperties;
import dev.concord.testing.postgres.PostgresForTests;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class PostgresStorePropertiesTest extends RoomStoreProperties {
    private static RoomStore store;

    @BeforeContainer
    static void open() {
        store = PostgresStore.open(PostgresAddress.parse(PostgresForTests.freshDatabase()));
    }

    @AfterContainer
    static void close() {
        if (store != null) {
            store.close();
        }
    }

    @Override
    protected RoomStore store() {
        return store;
    }
}
