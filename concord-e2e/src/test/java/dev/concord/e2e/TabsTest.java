package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.WebSocketRoute;
import dev.concord.testing.Await;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tabs of one browser share its storage. Whichever of them is duplicated, closed, left or crashes: what was typed reaches the server, once. */
final class TabsTest extends PageFixture {
    private static final String ROOM = "tabs";
    /** What the browser keeps of unsent edits, in one text: in its database, and in what a page writes at the last moment. */
    private static final String KEPT = """
            async () => {
                const settled = (request) => new Promise((resolve, reject) => {
                    request.onsuccess = () => resolve(request.result);
                    request.onerror = () => reject(request.error);
                });
                const database = await settled(indexedDB.open('concord'));
                const rows = await settled(database.transaction('outbox').objectStore('outbox').getAll());
                database.close();
                const late = Object.keys(localStorage).filter((name) => name.startsWith('concord.outbox'))
                    .map((name) => JSON.parse(localStorage[name]));
                return [...rows, ...late].map(({ operation }) => operation.value ?? '-').join('|');
            }""";

    private BrowserContext context;

    @BeforeEach
    void open() {
        context = chromium.context();
    }

    @Test
    void theRowsOfATabThatIsClosedOfflineGoWithTheOneBesideItWhole() {
        EditorTab ann = tab();
        ann.toggleOffline();
        ann.type("Hello");
        Await.equal("what the browser keeps", "Hello", () -> kept(ann));
        Gate gate = new Gate();
        EditorTab ben = EditorTab.of(context.newPage(), server.port(), complaints);
        gate.before(ben.page);
        ben.page.navigate(address());
        assertThat(ben.page.locator("#connection")).hasText("Reconnecting…");
        ann.press("Control+End");
        ann.type(" world");
        Await.equal("what the browser keeps", "Hello world", () -> kept(ben));
        close(ann, ben);
        gate.open = true;
        ben.page.evaluate("dispatchEvent(new Event('online'))");
        ben.awaitSaved();
        assertEquals("Hello world", server.text(ROOM));
        assertEquals("Hello world", ben.shown());
        Await.equal("what the browser keeps", "", () -> kept(ben));
    }

    @Test
    void aDuplicatedTabIsAnotherOneAndLeavesItsTwinsEditsAlone() {
        EditorTab ann = tab();
        ann.page.evaluate("sessionStorage.setItem('of', 'ann')");
        ann.toggleOffline();
        ann.type("one ");
        EditorTab twin = duplicate(ann);
        assertEquals("ann", twin.page.evaluate("sessionStorage.getItem('of')"));
        twin.awaitSaved();
        twin.type("twin ");
        twin.awaitSaved();
        ann.press("Control+End");
        ann.type("two ");
        assertEquals("twin ", server.text(ROOM));
        EditorTab second = duplicate(ann);
        second.awaitSaved();
        second.toggleOffline();
        second.press("Control+End");
        second.type("second ");
        Await.equal(
                "what the browser keeps",
                2L,
                () -> kept(twin).chars().filter(letter -> letter == '|').count() + 1);
        close(second, twin);
        twin.page.evaluate("dispatchEvent(new Event('focus'))");
        Await.until(
                "the twin has sent what the second one typed",
                () -> server.text(ROOM).contains("second "));
        ann.toggleOffline();
        ann.awaitSaved();
        twin.awaitSaved();
        String text = server.text(ROOM);
        assertEquals(
                "one second twin two",
                String.join(" ", new TreeSet<>(List.of(text.trim().split(" ")))));
        assertEquals(text.length(), "one two twin second ".length(), text);
        Await.equal("the twin's text", text, twin::shown);
        Await.equal("what the browser keeps", "", () -> kept(ann));
    }

    @Test
    void aTabThatIsLeftAndComesBackHasAllThatWasTyped() {
        EditorTab ann = tab();
        ann.toggleOffline();
        ann.type("typed, and left at once");
        ann.page.navigate("about:blank");
        ann.page.goBack();
        // The browser has kept the page as it was, or loads it again.
        assertThat(ann.page.locator("#connection")).hasText(Pattern.compile("Offline|Live"));
        if (ann.page.locator("#connection").textContent().contains("Offline")) {
            ann.toggleOffline();
        }
        ann.awaitSaved();
        assertEquals("typed, and left at once", ann.shown());
        assertEquals("typed, and left at once", server.text(ROOM));
        ann.press("Control+End");
        ann.type("!");
        Await.equal("the text on the server", "typed, and left at once!", () -> server.text(ROOM));
    }

    @Test
    void aTabThatCrashesIsRestoredWithAllThatWasTyped() {
        EditorTab ann = tab();
        ann.toggleOffline();
        ann.type("before the crash");
        EditorTab ben = tab();
        Await.equal("what the browser keeps", "before the crash", () -> kept(ben));
        ben.page.close();
        try {
            ann.page.navigate("chrome://crash");
        } catch (PlaywrightException gone) {
            // As it should be.
        }
        EditorTab restored = tab();
        Await.equal("the text", "before the crash", restored::shown);
        restored.awaitSaved();
        assertEquals("before the crash", server.text(ROOM));
    }

    private EditorTab tab() {
        return EditorTab.open(context, server.port(), ROOM, complaints);
    }

    private String address() {
        return "http://127.0.0.1:" + server.port() + "/editor/" + ROOM;
    }

    /** As a browser does it: the new tab begins with a copy of the other one's storage for its session. */
    private EditorTab duplicate(EditorTab tab) {
        Page page = context.waitForPage(() -> tab.page.evaluate("() => { open(location.href); }"));
        return EditorTab.of(page, server.port(), complaints);
    }

    private static String kept(EditorTab tab) {
        return (String) tab.page.evaluate(KEPT);
    }

    private static void close(EditorTab tab, EditorTab other) {
        tab.page.close(new Page.CloseOptions().setRunBeforeUnload(true));
        Await.until("the tab is closed", () -> {
            other.page.evaluate("0");
            return tab.page.isClosed();
        });
    }

    /** Lets no connection of a page through until it is open. */
    private static final class Gate {
        boolean open;

        void before(Page page) {
            page.routeWebSocket(Pattern.compile(".*/rooms/.*"), socket -> {
                if (open) {
                    socket.connectToServer();
                } else {
                    socket.close(new WebSocketRoute.CloseOptions().setCode(1013));
                }
            });
        }
    }
}
