package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.testing.browser.Chromium;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tests of pages share: a packaged server and a Chromium for each test, and what the browsers complained about, which has to be nothing. */
@Timeout(900)
abstract class PageFixture {
    @TempDir
    Path home;

    /** Empty at first, and running. */
    ServerProcess server;

    Chromium chromium;

    /** Errors and warnings of pages; a test fails that leaves any. */
    final List<String> complaints = new ArrayList<>();

    /** Sets up the server before it starts. */
    ServerProcess settings(ServerProcess plain) {
        return plain;
    }

    @BeforeEach
    final void start() {
        chromium = Chromium.start();
        server = settings(new ServerProcess(home)).start();
    }

    @AfterEach
    final void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (server != null) {
            server.close();
        }
        assertEquals(List.of(), complaints, "what the browsers complained about");
    }
}
