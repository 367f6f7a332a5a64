package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.AiStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteAiStoreTest extends AiStoreContract {
    @TempDir
    Path directory;

    @Override
    protected RoomStore open() {
        return SqliteStore.open(directory);
    }
}
