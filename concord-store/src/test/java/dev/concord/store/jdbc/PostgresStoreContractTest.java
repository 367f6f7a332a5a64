package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.testing.RoomStoreContract;
import dev.concord.testing.postgres.PostgresForTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One store for all tests, unless one of them closes it: it takes the better part of a second to open. */
class PostgresStoreContractTest extends RoomStoreContract {
    private static String url;
    private static PostgresStore shared;

    @BeforeAll
    static void findServer() {
        url = PostgresForTests.freshDatabase();
    }

    @AfterAll
    static void closeShared() {
        if (shared != null) {
            shared.close();
        }
    }

    @Override
    protected RoomStore open() {
        if (shared == null || isClosed()) {
            shared = PostgresStore.open(PostgresAddress.parse(url));
        }
        PostgresForTests.execute(url, "truncate rooms, ops, snapshots, versions, append_batches, endings");
        return shared;
    }

    private static boolean isClosed() {
        try {
            shared.ping();
            return false;
        } catch (StoreUnavailableException closed) {
            return true;
        }
    }

    @Override
    protected void release() {}
}
