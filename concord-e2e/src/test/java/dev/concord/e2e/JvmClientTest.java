package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import dev.concord.client.ConcordSession;
import dev.concord.client.ConnectionState;
import dev.concord.client.SessionListener;
import dev.concord.client.Status;
import dev.concord.client.file.FileOutboxStore;
import dev.concord.client.http.HttpTransport;
import dev.concord.client.thread.ThreadLoop;
import dev.concord.testing.Await;
import dev.concord.testing.browser.Chromium;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of {@code concord-client} over real sockets: kill -9 under them, and a browser beside them. */
@ExtendWith(ServerLogs.class)
class JvmClientTest {
    private static final int KILLS = 4;
    private static final HttpTransport HTTP = new HttpTransport();

    @TempDir
    Path home;

    @Test
    @Timeout(900)
    void sessions_come_back_by_themselves_after_every_kill_and_every_keystroke_is_there_once() {
        Random random = new Random(Seed.of(JvmClientTest.class));
        Set<ConnectionState> seen = EnumSet.noneOf(ConnectionState.class);
        List<String> typed = new ArrayList<>();
        try (ServerProcess server = new ServerProcess(home).onOnePort().start();
                ThreadLoop loop = new ThreadLoop("sessions")) {
            URI address = URI.create("http://127.0.0.1:" + server.port());
            List<ConcordSession> sessions = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sessions.add(ConcordSession.builder(address, "killed", loop, HTTP)
                        .outbox(FileOutboxStore.open(home.resolve("outbox-" + i)))
                        .listener(new SessionListener() {
                            @Override
                            public void statusChanged(Status status) {
                                seen.add(status.connection());
                            }
                        })
                        .build());
            }
            sessions.forEach(session -> run(loop, session::open));
            sessions.forEach(session -> await(loop, session, Status::saved));
            for (int kill = 0; kill < KILLS; kill++) {
                for (int i = 0; i < 300; i++) {
                    if (i == 100) {
                        server.kill9();
                    }
                    type(loop, sessions.get(random.nextInt(3)), "<" + kill + "." + i + ">", random, typed);
                }
                sessions.forEach(
                        session -> await(loop, session, status -> status.connection() == ConnectionState.RECONNECTING));
                assertTrue(loop.ask(() -> sessions.stream()
                                .mapToLong(session -> session.status().unsent())
                                .sum())
                        > 0);
                server.start();
                sessions.forEach(session -> run(loop, session::reconnectNow));
                sessions.forEach(session -> await(loop, session, Status::saved));
            }
            String text = server.text("killed");
            String digest = server.digest("killed");
            for (ConcordSession session : sessions) {
                Await.until(
                        "the session shows the server's text",
                        () -> loop.ask(session::text).equals(text));
                assertEquals(digest, HexFormat.of().formatHex(loop.ask(session::digest)));
                run(loop, session::close);
            }
            for (String keystroke : typed) {
                int first = text.indexOf(keystroke);
                assertTrue(first >= 0, () -> keystroke + " is lost");
                assertEquals(-1, text.indexOf(keystroke, first + 1), () -> keystroke + " is there twice");
            }
            assertEquals(String.join("", typed).length(), text.length());
            assertTrue(seen.containsAll(
                    Set.of(ConnectionState.CONNECTING, ConnectionState.LIVE, ConnectionState.RECONNECTING)));
        }
        System.out.println("JvmClientTest: " + KILLS + " kills, " + typed.size() + " keystrokes, each there once");
    }

    @Test
    @Timeout(900)
    void a_session_and_a_browser_tab_edit_one_room() {
        try (Chromium chromium = Chromium.start();
                ServerProcess server = new ServerProcess(home).start();
                ThreadLoop loop = new ThreadLoop("session")) {
            URI address = URI.create("http://127.0.0.1:" + server.port());
            Page page = chromium.page();
            page.navigate(address + "/?room=demo");
            assertThat(page.locator(".pill").first()).hasText("Live \u00b7 saved");

            Path outbox = home.resolve("demo.outbox");
            ConcordSession session = session(address, loop, outbox);
            run(loop, session::open);
            run(loop, () -> session.edit(0, 0, "From the JVM \uD83D\uDE00\r\n"));
            awaitPage(page, "From the JVM \uD83D\uDE00\n");
            page.locator("textarea").first().focus();
            page.keyboard().press("Control+Home");
            page.keyboard().type("From the tab. ");
            awaitText(loop, session, "From the tab. From the JVM \uD83D\uDE00\n");

            run(loop, () -> {
                session.goOffline();
                session.edit(0, 0, "Unsent when its process ended. ");
            });
            page.keyboard().press("Control+End");
            // In one go: a pause between keys would make two steps of undo of it.
            page.keyboard().insertText("meanwhile");
            run(loop, session::close);
            ConcordSession next = session(address, loop, outbox);
            run(loop, next::open);
            String all = "Unsent when its process ended. From the tab. From the JVM \uD83D\uDE00\nmeanwhile";
            awaitText(loop, next, all);
            awaitPage(page, all);
            await(loop, next, Status::saved);
            run(loop, next::undo);
            assertEquals(all, loop.ask(next::text), "what an earlier session typed is not this one's to undo");
            page.keyboard().press("Control+z");
            awaitText(loop, next, all.replace("meanwhile", ""));
            run(loop, next::close);
        }
    }

    private static ConcordSession session(URI address, ThreadLoop loop, Path outbox) {
        return ConcordSession.builder(address, "demo", loop, HTTP)
                .outbox(FileOutboxStore.open(outbox))
                .build();
    }

    private static void type(
            ThreadLoop loop, ConcordSession session, String keystroke, Random random, List<String> to) {
        to.add(keystroke);
        run(loop, () -> {
            // Between two of the marks, so that none is cut.
            String text = session.text();
            int offset = text.isEmpty() ? 0 : text.lastIndexOf('>', random.nextInt(text.length())) + 1;
            session.edit(offset, 0, keystroke);
        });
    }

    private static void awaitPage(Page page, String text) {
        assertThat(page.locator("textarea").first()).hasValue(text);
    }

    private static void awaitText(ThreadLoop loop, ConcordSession session, String text) {
        Await.equal("the session's text", text, () -> loop.ask(session::text));
    }

    private static void await(ThreadLoop loop, ConcordSession session, Predicate<Status> condition) {
        Await.until("the status is the expected one", () -> condition.test(loop.ask(session::status)));
    }

    private static void run(ThreadLoop loop, Runnable task) {
        loop.ask(() -> {
            task.run();
            return null;
        });
    }
}
