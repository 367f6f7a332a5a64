package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.WebSocketRoute;
import dev.concord.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the editor's page says, in whole sentences, to somebody whom a server, a proxy or the browser does not let on. */
final class NoWayInTest extends PageFixture {
    private static final String ROOM = "closed";
    private static final String UNREACHABLE = "The server cannot be reached, or does not let this page in."
            + " What you type is kept and sent when it answers; if this lasts, ask who runs it.";
    private static final int LONGEST_PAUSE_MS = 15_000;

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.onOnePort();
    }

    @Test
    void aServerThatCannotBeReachedIsSaidToBe() {
        EditorTab ann = EditorTab.of(chromium.page(), server.port(), complaints);
        PageClock clock = PageClock.of(ann.page);
        // What the page asks for when it is live has come: it would complain about that.
        ann.page
                .waitForResponse(answer -> answer.url().endsWith("/versions"), () -> visit(ann))
                .finished();
        ann.awaitSaved();
        server.kill9();
        awaitUnreachable(ann, clock);
        ann.type("kept");
        ann.awaitState("Reconnecting…", "4 unsent", "Not saved");
        server.start();
        awaitSaved(ann, clock);
        assertThat(ann.page.locator("#notice")).isHidden();
        assertEquals("kept", server.text(ROOM));
    }

    @Test
    void aRefusedUpgradeShowsInThePageAndInTheMetrics() throws IOException {
        try (ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread acceptor = new Thread(() -> forward(proxy, server.port()), "proxy");
            acceptor.setDaemon(true);
            acceptor.start();
            EditorTab ann = EditorTab.of(chromium.page(), proxy.getLocalPort(), complaints);
            PageClock clock = PageClock.of(ann.page);
            ann.page.navigate("http://127.0.0.1:" + proxy.getLocalPort() + "/editor/" + ROOM);
            awaitUnreachable(ann, clock);
            ann.type("kept");
            ann.awaitState("Reconnecting…", "4 unsent", "Not saved");
            ann.page.close();
        }
        String counted = server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("concord_upgrades_refused_total{reason=\"origin"))
                .findFirst()
                .orElse("");
        assertTrue(counted.matches(".* ([5-9]|[1-9]\\d+)\\.0"), () -> "counted: " + counted);
    }

    @Test
    void whoMayNotOpenTheTextIsSentAwayOnce() {
        String ask = " Ask whoever looks after it to let you in, and try again.";
        stopsWith(
                4401,
                "",
                "You have to sign in. Ask whoever runs this server, or has sent you here, for a link.",
                "Try again");
        stopsWith(4403, "", "You may not open this document." + ask, "Try again");
        stopsWith(4403, "Your trial has ended.", "Your trial has ended." + ask, "Try again");
    }

    @Test
    void aTextThatIsNotThereIsNotWaitedFor() {
        stopsWith(
                4404,
                "",
                "Somebody has deleted this document: the server does not have it any more. Look whether the address is the"
                        + " right one. To create a document you need the right to write it.",
                "Reload");
        for (String name : List.of("two%20words", "..%2fother", "%2e%2e")) {
            assertEquals(404, server.get("/editor/" + name).statusCode(), name);
        }
    }

    @Test
    void aPageThatIsTooOldForTheServerSaysSo() {
        stopsWith(4426, "", "The server closed the connection for good (4426).", "Reload");
        EditorTab ann = EditorTab.of(chromium.page(), server.port(), complaints);
        ann.page.routeWebSocket(Pattern.compile(".*/rooms/.*"), socket -> {
            WebSocketRoute behind = socket.connectToServer();
            // A state of a format that this page does not know.
            behind.onMessage(frame -> socket.send(frame.text().replace("\"state\":\"Q0QB", "\"state\":\"Q0QJ")));
        });
        visit(ann);
        assertThat(ann.page.locator("#connection")).hasText("Stopped");
        assertThat(ann.page.locator("#notice p"))
                .hasText(
                        "This page cannot read what the server sends: it is probably older than the server. Reload it.");
        assertThat(ann.page.locator("#notice button").first()).hasText("Reload");
    }

    @Test
    void aBrowserThatKeepsNothingIsSaidToBeInWordsThatHelp() {
        for (String refusal : List.of(
                "throw new DOMException('A mutation operation was attempted on a database', 'InvalidStateError')",
                "const request = new EventTarget(); setTimeout(() => { Object.defineProperty(request, 'error',"
                        + " { value: new DOMException('denied', 'UnknownError') }); request.onerror(); }); return request")) {
            EditorTab ann = EditorTab.of(chromium.page(), server.port(), complaints);
            ann.page.addInitScript("IDBFactory.prototype.open = () => { " + refusal + "; };");
            visit(ann);
            assertThat(ann.page.locator("#notice p"))
                    .hasText(
                            "Something went wrong: This browser stores nothing here: keep this tab open while you are offline.");
            ann.type("x");
            ann.awaitSaved();
            assertThat(ann.page.locator("#notice")).isVisible();
        }
    }

    /** A proxy that puts its own name for the server into every request: to the server each page comes from somewhere else. */
    private static void forward(ServerSocket proxy, int port) {
        while (!proxy.isClosed()) {
            try {
                Socket from = proxy.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
                pump(from, to, "Host: 127.0.0.1:" + proxy.getLocalPort(), "Host: backend");
                pump(to, from, "", "");
            } catch (IOException ended) {
                // The test is over.
            }
        }
    }

    private static void pump(Socket from, Socket to, String said, String instead) {
        Thread thread = new Thread(
                () -> {
                    byte[] bytes = new byte[1 << 16];
                    try (from;
                            to) {
                        for (int read = from.getInputStream().read(bytes);
                                read >= 0;
                                read = from.getInputStream().read(bytes)) {
                            String chunk = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
                            to.getOutputStream()
                                    .write((said.isEmpty() ? chunk : chunk.replace(said, instead))
                                            .getBytes(StandardCharsets.ISO_8859_1));
                        }
                    } catch (IOException ended) {
                        // One side is gone, and takes the other along.
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void stopsWith(int code, String reason, String said, String offered) {
        EditorTab ann = EditorTab.of(chromium.page(), server.port(), complaints);
        int[] attempts = {0};
        ann.page.routeWebSocket(Pattern.compile(".*/rooms/.*"), socket -> {
            attempts[0]++;
            socket.close(new WebSocketRoute.CloseOptions().setCode(code).setReason(reason));
        });
        visit(ann);
        assertThat(ann.page.locator("#connection")).hasText("Stopped");
        assertThat(ann.page.locator("#notice p")).hasText(said);
        assertThat(ann.page.locator("#notice button").first()).hasText(offered);
        ann.type("x");
        ann.awaitState("Stopped", "1 unsent", "Not saved");
        assertEquals(1, attempts[0], "attempts");
    }

    private void visit(EditorTab tab) {
        tab.page.navigate("http://127.0.0.1:" + server.port() + "/editor/" + ROOM);
    }

    /** The pauses between the attempts are up to 15 s long: the page's clock jumps over them. */
    private static void awaitUnreachable(EditorTab tab, PageClock clock) {
        Await.until("the page says what is wrong", () -> {
            clock.passBetweenAttempts(LONGEST_PAUSE_MS);
            return tab.page.locator("#notice").textContent().equals(UNREACHABLE);
        });
        assertThat(tab.page.locator("#connection")).hasText("Reconnecting…");
    }

    private static void awaitSaved(EditorTab tab, PageClock clock) {
        Await.until("the page is live", () -> {
            clock.passBetweenAttempts(LONGEST_PAUSE_MS);
            return tab.page.locator("#connection").textContent().equals("Live");
        });
        tab.awaitSaved();
    }
}
