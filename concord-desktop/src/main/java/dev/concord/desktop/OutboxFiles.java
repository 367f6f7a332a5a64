package dev.concord.desktop;

import dev.concord.client.file.FileOutboxStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where the editor keeps what is not sent: a few files a room, since several windows may be open in it. */
final class OutboxFiles {
    private static final int MAX_WINDOWS = 20;

    private OutboxFiles() {}

    /** The first free file, one that an earlier window has left something in before all others. */
    static FileOutboxStore open(Path folder, URI server, String room) {
        String name = (server.getAuthority() + "-" + room).replaceAll("[^A-Za-z0-9._~-]", "_");
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= MAX_WINDOWS; i++) {
            files.add(folder.resolve(name + "-" + i + ".outbox"));
        }
        files.sort(Comparator.comparing(OutboxFiles::isEmpty));
        IllegalStateException last = null;
        for (Path file : files) {
            try {
                return FileOutboxStore.open(file);
            } catch (IllegalStateException inUse) {
                last = inUse;
            }
        }
        throw new IllegalStateException(MAX_WINDOWS + " windows are open in this room: close one", last);
    }

    private static boolean isEmpty(Path file) {
        try {
            // Nothing but the first line.
            return !Files.exists(file) || Files.size(file) < 20;
        } catch (IOException e) {
            return true;
        }
    }
}
