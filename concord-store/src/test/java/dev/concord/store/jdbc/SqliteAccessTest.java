package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AccessContract;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.io.TempDir;

class SqliteAccessTest extends AccessContract {
    @TempDir
    Path directory;

    @Override
    protected RoomStore open(LongSupplier clock) {
        return SqliteStore.open(directory, clock);
    }
}
