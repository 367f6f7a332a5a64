package dev.concord.store.jdbc;

import dev.concord.store.RoomStore;
import dev.concord.store.testing.RoomStoreProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class SqliteStorePropertiesTest extends RoomStoreProperties {
    private static Path directory;
    private static RoomStore store;

    @BeforeContainer
    static void open() throws IOException {
        directory = Files.createTempDirectory("concord-store");
        store = SqliteStore.open(directory);
    }

    @AfterContainer
    static void close() throws IOException {
        store.close();
        List<Path> files;
        try (var found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    @Override
    protected RoomStore store() {
        return store;
    }
}
