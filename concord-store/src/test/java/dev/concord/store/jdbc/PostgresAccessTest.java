package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AccessContract;
import dev.concord.testing.postgres.PostgresForTests;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeAll;

class PostgresAccessTest extends AccessContract {
    private static String url;

    @BeforeAll
    static void findServer() {
        url = PostgresForTests.freshDatabase();
    }

    @Override
    protected RoomStore open(LongSupplier clock) {
        return PostgresStore.open(PostgresAddress.parse(url), clock);
    }
}
