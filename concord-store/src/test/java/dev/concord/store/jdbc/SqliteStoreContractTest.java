package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.RoomStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreContractTest extends RoomStoreContract {
    @TempDir
    Path directory;

    @Override
    protected RoomStore open() {
        return SqliteStore.open(directory);
    }
}
