package dev.concord.demo;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.concord.testing.browser.Chromium;
import dev.concord.testing.browser.Relay;
import dev.concord.testing.browser.WebFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The two-pane page under its content security policy, with real keys in a real Chromium. */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageTest {
    private static final String SAVED = "Live · saved";

    private Chromium chromium;
    private WebFiles server;
    private BrowserContext context;
    private Relay relay;
    private Page page;
    private List<String> complaints;

    @BeforeAll
    void start() {
        chromium = Chromium.start();
        server = PageFiles.serve();
    }

    @AfterAll
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        context = chromium.context(new Browser.NewContextOptions().setColorScheme(ColorScheme.DARK));
        relay = new Relay();
        complaints = new ArrayList<>();
        page = newPage("/?room=r");
    }

    @AfterEach
    void close() {
        context.close();
        assertEquals(List.of(), complaints, "what the browser complained about");
    }

    @Test
    void bothPanesConvergeWhileBothType() {
        type(0, "From the left. ");
        type(1, "From the right 😀👩‍🚀. ");
        for (int i = 0; i < 10; i++) {
            text(i % 2).focus();
            page.keyboard().press(i % 3 == 0 ? "Control+Home" : "Control+End");
            page.keyboard().type("word" + i + " ");
        }
        assertIdentical();
        assertTrue(text(0).inputValue().contains("👩‍🚀"));
        assertEquals(10 * 6 + 15 + 24, text(0).inputValue().length());
    }

    @Test
    void aPaneThatWasOfflineComesBackWithWhatItsUserTyped() {
        type(0, "shared");
        assertIdentical();
        toggle(1).click();
        assertThat(toggle(1)).hasText("Reconnect");
        type(1, " and typed offline");
        type(0, ", typed meanwhile");
        assertThat(pill(1)).hasText("Offline · 18 unsent");
        assertThat(pill(0)).hasText(SAVED);
        assertThat(page.locator("#verdict")).hasAttribute("data-state", "differ");
        toggle(1).click();
        assertIdentical();
        assertTrue(text(0).inputValue().contains(" and typed offline"));
        assertTrue(text(0).inputValue().contains(", typed meanwhile"));
    }

    @Test
    void whatWasNotSentSurvivesAReload() {
        type(0, "sent");
        assertIdentical();
        toggle(0).click();
        type(0, " unsent");
        page.reload();
        // All are the same before what was not sent comes, too.
        assertThat(text(0)).hasValue("sent unsent");
        assertIdentical();
        assertEquals("sent unsent", text(0).inputValue());
        toggle(0).click();
        text(0).focus();
        page.keyboard().press("Control+End");
        page.evaluate("""
                () => {
                    const area = document.querySelector('textarea');
                    for (const letter of ', in the last moment') {
                        area.setRangeText(letter, area.value.length, area.value.length, 'end');
                        area.dispatchEvent(new InputEvent('input'));
                    }
                    location.reload();
                }""");
        assertThat(text(1)).hasValue("sent unsent, in the last moment");
        assertIdentical();
        Page late = newPage("/?room=r");
        assertThat(late.locator("textarea").first()).hasValue("sent unsent, in the last moment");
    }

    @Test
    void aServerThatGoesAwayIsSaidToBeAwayAndFoundAgain() {
        type(0, "before");
        assertIdentical();
        relay.fail();
        assertThat(pill(0)).hasText("Reconnecting…");
        type(0, "!");
        assertThat(pill(0)).hasText("Reconnecting… · 1 unsent");
        relay.restore();
        page.evaluate("dispatchEvent(new Event('online'))");
        assertIdentical();
        assertEquals("before!", text(1).inputValue());
    }

    @Test
    void aCaretStaysWhereItWasWhileTheOtherPaneTypesBeforeIt() {
        type(0, "one two three");
        assertIdentical();
        text(0).evaluate("area => area.setSelectionRange(4, 7)");
        text(1).focus();
        page.keyboard().press("Control+Home");
        page.keyboard().type("zero ");
        assertIdentical();
        assertEquals("two", text(0).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)"));
        assertThat(page.locator(".pane").nth(0).locator(".caret")).hasCount(1);
    }

    @Test
    void aSelectionIsReplacedAndUndoTakesBackOwnEditsOnly() {
        type(0, "keep this, replace that");
        assertIdentical();
        text(1).focus();
        page.keyboard().press("Control+End");
        page.keyboard().press("Control+Shift+ArrowLeft");
        page.keyboard().insertText("IT");
        assertThat(text(0)).hasValue("keep this, replace IT");
        text(0).focus();
        page.keyboard().press("Control+Home");
        page.keyboard().type("> ");
        assertIdentical();
        text(1).focus();
        page.keyboard().press("Control+z");
        assertThat(text(1)).hasValue("> keep this, replace that");
        page.locator(".redo").nth(1).click();
        assertThat(text(0)).hasValue("> keep this, replace IT");
        assertIdentical();
    }

    @Test
    void remoteEditsWaitForAnInputMethod() {
        type(0, "ab");
        assertIdentical();
        text(0).focus();
        page.keyboard().press("Control+Home");
        CDPSession cdp = context.newCDPSession(page);
        cdp.send("Input.imeSetComposition", composition("か"));
        page.evaluate("""
                () => {
                    const area = document.querySelectorAll('textarea')[1];
                    area.setRangeText('remote ', 0, 0);
                    area.dispatchEvent(new InputEvent('input'));
                }""");
        assertThat(text(0)).hasValue("かab");
        cdp.send("Input.imeSetComposition", composition("かん"));
        JsonObject inserted = new JsonObject();
        inserted.addProperty("text", "感");
        cdp.send("Input.insertText", inserted);
        assertThat(text(0)).hasValue(Pattern.compile("remote 感ab|感remote ab"));
        assertIdentical();
    }

    @Test
    void aPasteOfOneMegabyteArrivesAndLeavesThePageQuick() {
        String pasted = "The quick brown fox jumps over the lazy dog.\n".repeat(22_800);
        context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.evaluate("text => navigator.clipboard.writeText(text)", pasted);
        text(0).focus();
        page.keyboard().press("Control+v");
        assertThat(text(1)).hasValue(pasted);
        assertIdentical();
        page.keyboard().press("Control+Home");
        page.evaluate("""
                () => {
                    window.slowest = 0;
                    let start = 0;
                    const area = document.querySelector('textarea');
                    area.addEventListener('input', () => { start = performance.now(); }, true);
                    area.addEventListener('input', () => { slowest = Math.max(slowest, performance.now() - start); });
                }""");
        page.keyboard().type("typed", new Keyboard.TypeOptions().setDelay(20));
        assertIdentical();
        System.out.printf("a key in 1 MB: the page's own work took %s ms at most%n", page.evaluate("slowest"));
    }

    @Test
    void thosePresentAreNamedAndLeaveWhenTheyGo() {
        page.locator(".name").nth(1).fill("Nora <b>");
        page.locator(".name").nth(1).press("Enter");
        assertThat(page.locator(".peers").nth(0)).hasText("Nora <b>");
    }

    @Test
    void everythingHasANameAndTheTabKeyReachesIt() {
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            page.keyboard().press("Tab");
            reached.add((String) page.evaluate(
                    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"));
        }
        assertEquals(
                List.of("Open the editor", "Watch", "Name that the others see", "Go offline", "Text, left client"),
                reached.subList(0, 5));
        assertTrue(reached.contains("Text, right client"), () -> "reached " + reached);
    }

    private Page newPage(String path) {
        Page opened = context.newPage();
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        opened.onPageError(complaints::add);
        opened.routeWebSocket(Pattern.compile(".*/rooms/r/ws.*"), relay::join);
        opened.navigate(server.address() + path);
        assertThat(opened.locator(".pill").nth(0)).hasText(SAVED);
        assertThat(opened.locator(".pill").nth(1)).hasText(SAVED);
        return opened;
    }

    private Locator text(int pane) {
        return page.locator("textarea").nth(pane);
    }

    private Locator pill(int pane) {
        return page.locator(".pill").nth(pane);
    }

    private Locator toggle(int pane) {
        return page.locator(".toggle").nth(pane);
    }

    private void type(int pane, String typed) {
        text(pane).focus();
        page.keyboard().press("Control+End");
        page.keyboard().type(typed);
    }

    private void assertIdentical() {
        // Both at one time: "saved" may be true for a moment between two keys of the other pane.
        page.waitForFunction(
                "() => new Set(Array.from(document.querySelectorAll('textarea'), (t) => t.value)).size === 1");
        assertThat(pill(0)).hasText(SAVED);
        assertThat(pill(1)).hasText(SAVED);
        assertThat(page.locator("#verdict")).hasAttribute("data-state", "same");
    }

    private static JsonObject composition(String composed) {
        JsonObject parameters = new JsonObject();
        parameters.addProperty("text", composed);
        parameters.addProperty("selectionStart", composed.length());
        parameters.addProperty("selectionEnd", composed.length());
        return parameters;
    }
}
