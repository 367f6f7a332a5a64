package dev.concord.desktop;

import dev.concord.client.file.FileOutboxStore;
import java.net.URI;
import java.nio.file.Path;

/** Where the editor keeps what is not sent: a file for each window in a room. A window takes over what closed ones have left. */
final class OutboxFiles {
    private OutboxFiles() {}

    static FileOutboxStore open(Path folder, URI server, String room) {
        return FileOutboxStore.openShared(
                folder, (server.getAuthority() + "-" + room).replaceAll("[^A-Za-z0-9._~-]", "_"));
    }
}
