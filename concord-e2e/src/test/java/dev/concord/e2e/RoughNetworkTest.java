package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.concord.client.ConcordSession;
import dev.concord.client.http.HttpTransport;
import dev.concord.client.thread.ThreadLoop;
import dev.concord.testing.Await;
import dev.concord.testing.network.BrokenNetwork;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What lies between the clients and the packaged server takes little, or stops passing on and says nothing. */
final class RoughNetworkTest extends PageFixture {
    private static final int FRAME_BYTES = 65_536;
    /** Until a client must have noticed that its connection is dead, and has a new one. */
    private static final double NOTICED_MS = 90_000;

    private BrowserContext context;

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.with("CONCORD_MAX_FRAME_BYTES", String.valueOf(FRAME_BYTES));
    }

    @BeforeEach
    void open() {
        context = chromium.context();
    }

    private EditorTab tab(int port, String room) {
        return EditorTab.open(context, port, room, complaints);
    }

    @Test
    void aPageNoticesWithin45SecondsThatNothingIsForwardedAnyMore() {
        try (BrokenNetwork network = new BrokenNetwork(server.port(), 0)) {
            EditorTab page = EditorTab.of(context.newPage(), network.port(), complaints);
            PageClock clock = PageClock.of(page.page);
            page.page.navigate("http://127.0.0.1:" + network.port() + "/editor/silent");
            page.awaitSaved();
            network.freeze();
            EditorTab writer = tab(server.port(), "silent");
            writer.type("written meanwhile");
            writer.awaitSaved();
            page.awaitSaved();
            assertEquals("", page.shown());
            clock.pass(45_000);
            Await.equal("the text", "written meanwhile", page::shown);
            page.awaitSaved();
            // What it asks for after the proxy has gone would be refused, and complained about.
            page.page.close();
        }
    }

    @Tag("long")
    @Test
    void readersBehindAProxyThatStopsForwardingGetTheTextAgain() {
        try (BrokenNetwork network = new BrokenNetwork(server.port(), 0);
                ThreadLoop loop = new ThreadLoop("reader")) {
            EditorTab page = tab(network.port(), "frozen");
            ConcordSession session = ConcordSession.builder(
                            URI.create("ws://127.0.0.1:" + network.port()), "frozen", loop, new HttpTransport())
                    .build();
            loop.execute(session::open);
            EditorTab writer = tab(server.port(), "frozen");
            writer.type("before");
            assertThat(page.text()).hasText("before");
            Await.until(
                    "the session has the text", () -> loop.ask(session::text).equals("before"));

            network.freeze();
            writer.type(" and after");
            writer.awaitSaved();
            assertThat(page.text())
                    .hasText("before and after", new LocatorAssertions.HasTextOptions().setTimeout(NOTICED_MS));
            page.awaitSaved();
            Await.until(
                    "the session has the text", () -> loop.ask(session::text).equals("before and after"));
            loop.execute(session::close);
        }
    }

    @Test
    void aPasteThatIsLargerThanTheServersFramesIsSavedAtOnceAndAfterAReload() {
        EditorTab ann = tab(server.port(), "small");
        AtomicInteger sockets = new AtomicInteger();
        AtomicInteger longest = new AtomicInteger();
        ann.page.onWebSocket(socket -> {
            sockets.incrementAndGet();
            socket.onFrameSent(
                    frame -> longest.accumulateAndGet(frame.text().getBytes(StandardCharsets.UTF_8).length, Math::max));
        });
        ann.page.reload();
        ann.awaitSaved();
        String paste = "\u4e2d".repeat(100_000);
        ann.type(paste);
        ann.awaitSaved();
        assertEquals(1, sockets.get(), "connections: no frame was too large");
        assertTrue(longest.get() > FRAME_BYTES / 2 && longest.get() <= FRAME_BYTES, "the longest frame: " + longest);

        ann.toggleOffline();
        ann.press("Control+End");
        ann.type("\u6587".repeat(100_000));
        assertThat(ann.page.locator("#saved")).hasText("Not saved");
        ann.page.reload();
        ann.awaitSaved();
        assertEquals(2, sockets.get(), "connections: no frame was too large");
        assertTrue(longest.get() <= FRAME_BYTES, "the longest frame: " + longest);
        Await.equal("another tab", paste + "\u6587".repeat(100_000), tab(server.port(), "small")::shown);
    }
}
