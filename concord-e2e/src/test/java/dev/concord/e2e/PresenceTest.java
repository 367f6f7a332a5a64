package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A crowd in one room, each of which moves its caret once a second: everybody is notified of everybody else. {@code -Dconcord.members=500
 * -Dconcord.seconds=30} is the size at which the server's CPU time is worth a look; it is printed.
 */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class PresenceTest {
    private static final int MEMBERS = Integer.getInteger("concord.members", 100);
    private static final int SECONDS = Integer.getInteger("concord.seconds", 3);
    /** Until the server's code is compiled. */
    private static final int WARM_UP = MEMBERS >= 500 ? 20 : 1;

    @TempDir
    Path home;

    @Test
    void everybody_sees_where_everybody_else_is() throws IOException {
        try (ServerProcess server = new ServerProcess(home).start();
                PresenceCrowd crowd = new PresenceCrowd(server.port(), "crowd", MEMBERS)) {
            long frames = (long) MEMBERS * (MEMBERS - 1);
            assertEquals(WARM_UP * frames, crowd.move(WARM_UP));
            Duration before = server.cpu();
            long start = System.nanoTime();
            long received = crowd.move(SECONDS);
            Duration used = server.cpu().minus(before);
            double share = 100.0 * used.toNanos() / (System.nanoTime() - start);
            System.out.printf(
                    "PresenceTest: %d members at 1 Hz for %d s, %d presences received, %.1f %% of a core%n",
                    MEMBERS, SECONDS, received, share);
            assertEquals(SECONDS * frames, received);
        }
    }
}
