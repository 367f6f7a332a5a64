package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a room costs follows from the text that is there, not from all that ever was. */
@ExtendWith(ServerLogs.class)
class HeapTest {
    private static final int PASTE = 60_000;
    private static final int PASTES = 500;
    private static final int ON_THE_WAY = 4;

    @TempDir
    Path home;

    @Test
    @Timeout(900)
    void pasting_and_deleting_again_does_not_fill_the_heap() {
        ServerProcess prepared = new ServerProcess(home).jvm("-Xmx96m", "-XX:+ExitOnOutOfMemoryError");
        try (ServerProcess server = prepared.start();
                TestClient writer = new TestClient("writer").connect(server.socket("paste"))) {
            String paste = "0123456789".repeat(PASTE / 10);
            for (int i = 0; i < PASTES; i++) {
                writer.type(0, paste);
                writer.delete(0, paste.length());
                writer.awaitThat("acknowledgements come", () -> writer.unacknowledged() < 2 * ON_THE_WAY);
            }
            writer.awaitAcks();
            assertEquals("", server.text("paste"));
        }
    }
}
