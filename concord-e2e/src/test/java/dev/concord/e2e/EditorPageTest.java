package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import dev.concord.testing.Await;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several tabs of the editor's page in a real Chromium against the packaged server. */
final class EditorPageTest extends PageFixture {
    private static final String ROOM = "shared";
    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66";
    /** Ideographs, each of which is typed once, so that each can be found again. */
    private static final char FIRST = '\u4E00';

    private BrowserContext context;

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.onOnePort();
    }

    @BeforeEach
    void open() {
        context = chromium.context(new Browser.NewContextOptions().setViewportSize(1100, 700));
    }

    @Test
    void threeTabsAgreeAfterOneWasOfflineOneReloadedAndOneClosedWithUnsentEdits() {
        Typing typing = new Typing(new Random(Seed.of(EditorPageTest.class)));
        EditorTab ann = tab();
        EditorTab ben = tab();
        EditorTab cleo = tab();
        typing.go(40, ann, ben, cleo);

        cleo.toggleOffline();
        typing.go(40, ann, ben, cleo);
        assertThat(cleo.page.locator("#connection")).hasText("Offline");
        assertThat(cleo.page.locator("#saved")).hasText("Not saved");

        ann.toggleOffline();
        typing.go(10, ann, ben);
        ann.page.reload();
        typing.go(10, ann, ben, cleo);

        ben.toggleOffline();
        typing.go(10, ben);
        assertThat(ben.page.locator("#saved")).hasText("Not saved");
        ben.page.close(new Page.CloseOptions().setRunBeforeUnload(true));
        Await.until("the tab is closed", () -> {
            ann.page.evaluate("0");
            return ben.page.isClosed();
        });
        typing.go(10, ann, cleo);
        EditorTab again = tab();

        cleo.toggleOffline();
        typing.go(20, ann, again, cleo);
        String text = assertAgreed(ann, again, cleo);
        assertEquals(typing.expected(), sorted(text));
        EditorTab late = tab();
        assertEquals(text, late.shown());
    }

    @Test
    void tabsComeBackByThemselvesWhenTheServerIsKilledAndSayTheTruthMeanwhile() {
        List<EditorTab> tabs = List.of(tab(), tab(), tab());
        tabs.get(0).type("before ");
        assertAgreed(tabs);
        tabs.forEach(tab -> tab.page.evaluate("""
                () => {
                    window.log = [];
                    const note = () => log.push(['connection', 'unsent', 'saved'].map((id) => document.getElementById(id).dataset.text).join('|'));
                    new MutationObserver(note).observe(document.querySelector('.states'), { subtree: true, attributeFilter: ['data-text'] });
                }"""));
        server.kill9();
        for (EditorTab tab : tabs) {
            assertThat(tab.page.locator("#connection")).hasText("Reconnecting…");
            assertThat(tab.page.locator("#saved")).hasText("Nothing unsaved");
        }
        tabs.get(1).press("Control+End");
        tabs.get(1).type("meanwhile ");
        tabs.get(2).press("Control+Home");
        tabs.get(2).type("too ");
        tabs.get(1).awaitState("Reconnecting…", "10 unsent", "Not saved");
        tabs.get(2).awaitState("Reconnecting…", "4 unsent", "Not saved");
        for (EditorTab tab : tabs) {
            tab.page.evaluate("log.push('restarted')");
        }
        server.start();
        assertEquals("too before meanwhile ", assertAgreed(tabs));
        for (EditorTab tab : tabs) {
            @SuppressWarnings("unchecked")
            List<String> log = (List<String>) tab.page.evaluate("log");
            List<String> away = log.subList(0, log.indexOf("restarted"));
            assertTrue(away.stream().noneMatch(said -> said.contains("Saved")), () -> "said while away: " + away);
            assertTrue(
                    log.stream().filter(said -> said.contains("Saved")).allMatch("Live|0 unsent|Saved"::equals),
                    () -> "said: " + log);
        }
    }

    @Test
    void aCompositionUnderRemoteEditsIsNotTorn() {
        EditorTab ann = tab();
        EditorTab ben = tab();
        ann.type("ab");
        assertAgreed(ann, ben);
        ann.place(1);
        ann.text().focus();
        CDPSession cdp = context.newCDPSession(ann.page);
        // A composition that stands still for so long is taken for ended, and a busy machine may be slower.
        ann.page.evaluate("() => { const real = setTimeout;"
                + " window.setTimeout = (run, ms, ...rest) => real(run, ms === 3000 ? 600000 : ms, ...rest); }");
        cdp.send("Input.imeSetComposition", composition("か"));
        int before = ann.received.get();
        for (String typed : List.of("remote ", "edits ")) {
            ben.press("Control+Home");
            ben.type(typed);
            ben.awaitSaved();
        }
        Await.until("the remote edits have come to the tab that composes", () -> {
            ann.page.evaluate("0");
            return ann.received.get() >= before + 2;
        });
        assertEquals("aかb", ann.shown());
        cdp.send("Input.imeSetComposition", composition("かん"));
        assertEquals("aかんb", ann.shown());
        JsonObject committed = new JsonObject();
        committed.addProperty("text", "感");
        cdp.send("Input.insertText", committed);
        assertEquals("edits remote a感b", assertAgreed(ann, ben));
        ann.press("Control+z");
        assertEquals("edits remote ab", assertAgreed(ann, ben));
    }

    @Test
    void noCaretStandsInTheMiddleOfAnEmojiFamily() {
        EditorTab ann = tab();
        EditorTab ben = tab();
        ann.type("a" + FAMILY + "b");
        assertAgreed(ann, ben);
        List<Integer> allowed = List.of(0, 1, 1 + FAMILY.length(), 2 + FAMILY.length());
        ann.press("Control+Home");
        List<Integer> walked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            walked.add(ann.caret());
            ann.press("ArrowRight");
        }
        assertEquals(allowed, walked);
        BoundingBox line = ann.page.locator(".cm-line").boundingBox();
        for (int x = 0; x < 80; x += 2) {
            ann.page.mouse().click(line.x + 24 + x, line.y + line.height / 2);
            assertTrue(allowed.contains(ann.caret()), "a click put the caret at " + ann.caret());
        }
        for (int offset = 0; offset <= 2 + FAMILY.length(); offset++) {
            ann.place(offset);
            assertTrue(allowed.contains(ann.caret()), "a script put the caret at " + ann.caret());
        }
        // Somebody makes a family of what stands at the caret.
        ann.press("Control+End");
        ann.type("\uD83D\uDC69");
        assertAgreed(ann, ben);
        ben.press("Control+End");
        ben.type("\u200D\uD83D\uDC66");
        assertAgreed(ann, ben);
        ann.type("!");
        ann.press("Control+Home", "ArrowRight", "ArrowRight");
        ann.type("?");
        assertEquals("a" + FAMILY + "?b\uD83D\uDC69\u200D\uD83D\uDC66!", assertAgreed(ann, ben));
        ann.press("Backspace", "Backspace");
        assertEquals("ab\uD83D\uDC69\u200D\uD83D\uDC66!", assertAgreed(ann, ben));
    }

    @Test
    void aPasteOfOneMegabyteAndItsDeletionGoTogetherWithSomebodyTyping() {
        context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
        EditorTab ann = tab();
        EditorTab ben = tab();
        String pasted = "The quick brown fox jumps over the lazy dog.\r\n".repeat(22_800);
        ann.page.bringToFront();
        ann.page.evaluate("text => navigator.clipboard.writeText(text)", pasted);
        ben.type("ben: ");
        assertAgreed(ann, ben);
        ann.press("Control+End", "Control+v");
        for (char letter = 'a'; letter < 'k'; letter++) {
            ben.press("Control+Home");
            ben.type(String.valueOf(letter));
        }
        String text = assertAgreed(ann, ben);
        assertEquals(pasted.length() - 22_800 + 15, text.length());
        assertEquals("jihgfedcbaben: The quick", text.substring(0, 24));
        ben.press("Control+Home");
        ann.press("Control+a", "Delete");
        for (char letter = 'k'; letter < 'p'; letter++) {
            ben.type(String.valueOf(letter));
        }
        assertAgreed(ann, ben);
        ben.type("after");
        text = assertAgreed(ann, ben);
        assertTrue(text.endsWith("after") && text.length() <= 10, text);
        ann.press("Control+z");
        text = assertAgreed(ann, ben);
        assertEquals(22_800, text.chars().filter(letter -> letter == '\n').count());
        assertTrue(text.contains("after") && text.contains("ben: "));
    }

    @Test
    void thePageTellsWhoIsHereLeadsThereAndKeepsOnesName() {
        EditorTab ann = tab();
        ann.type("line\n".repeat(200));
        ann.page.locator("#panels").click();
        ann.page.locator("#my-name").fill("Ann <i>");
        ann.page.locator("#my-name").press("Enter");
        ann.page.locator(".swatch").nth(2).check();
        ann.page.locator("#my-name").press("Escape");
        assertThat(ann.page.locator("#panels")).isFocused();
        assertThat(ann.page.locator("#drawer")).isHidden();
        ann.press("Control+End");
        ann.awaitSaved();
        BrowserContext other = chromium.context();
        EditorTab ben = EditorTab.open(other, server.port(), ROOM, complaints);
        assertThat(ann.page.locator("#spoken")).containsText("joined");
        assertThat(ben.page.locator("#people li")).hasCount(2);
        ben.page.locator("#people button").nth(1).click();
        assertThat(ben.page.locator(".cm-concord-name")).hasText("Ann <i>");
        assertThat(ben.page.locator("#spoken")).containsText("Showing where Ann <i> is");
        Await.until("the tab shows the last line", () -> (boolean) ben.page.evaluate(
                "document.querySelector('#editor').shadowRoot.querySelector('.cm-scroller').scrollTop > 3000"));
        ann.page.reload();
        ann.awaitSaved();
        assertThat(ann.page.locator("#people button").first())
                .hasAttribute("aria-label", "You, Ann <i>: change name and colour");
        assertThat(ann.page.locator("#spoken")).containsText("joined");
        ben.page.close();
        assertThat(ann.page.locator("#spoken")).containsText("left");
        assertThat(ann.page.locator("#people li")).hasCount(1);
    }

    @Test
    void leavingWithUnsentEditsIsWarnedOfAndAReplacedRoomOffersThemAnew() {
        EditorTab ann = tab();
        List<String> warnings = new ArrayList<>();
        ann.page.onDialog(dialog -> warnings.add(dialog.type()));
        ann.type("sent");
        ann.awaitSaved();
        ann.page.reload();
        ann.awaitSaved();
        assertEquals(List.of(), warnings);
        ann.toggleOffline();
        ann.press("Control+End");
        ann.type(" and unsent");
        // The room of the same name is another one from now on.
        server.stop();
        server.with("CONCORD_DATA_DIR", home.resolve("other").toString()).start();
        assertEquals(201, server.put("/rooms/" + ROOM, "another text. ").statusCode());
        ann.toggleOffline();
        assertThat(ann.page.locator("#connection")).hasText("Stopped");
        assertThat(ann.page.locator("#notice")).containsText("never reached the server");
        assertEquals("sent and unsent", ann.shown());
        assertEquals("another text. ", server.text(ROOM));
        ann.page.reload();
        assertThat(ann.page.locator("#notice")).containsText(" and unsent");
        assertEquals(List.of("beforeunload"), warnings);
        assertEquals("another text. ", ann.shown());
        ann.press("Control+End");
        ann.page
                .locator("#notice button", new Page.LocatorOptions().setHasText("Insert"))
                .click();
        ann.awaitSaved();
        assertEquals("another text.  and unsent", server.text(ROOM));
        assertThat(ann.page.locator("#notice")).isHidden();
    }

    private EditorTab tab() {
        return EditorTab.open(context, server.port(), ROOM, complaints);
    }

    private String assertAgreed(EditorTab... tabs) {
        return assertAgreed(List.of(tabs));
    }

    /** Waits until all tabs say that they are saved and show the server's text. */
    private String assertAgreed(Collection<EditorTab> tabs) {
        tabs.forEach(EditorTab::awaitSaved);
        Await.until("all tabs show the server's text", () -> {
            String text = server.text(ROOM);
            return tabs.stream().allMatch(tab -> tab.shown().equals(text));
        });
        tabs.forEach(EditorTab::awaitSaved);
        return server.text(ROOM);
    }

    private static JsonObject composition(String text) {
        JsonObject parameters = new JsonObject();
        parameters.addProperty("text", text);
        parameters.addProperty("selectionStart", text.length());
        parameters.addProperty("selectionEnd", text.length());
        return parameters;
    }

    private static TreeSet<Character> sorted(String text) {
        TreeSet<Character> letters = new TreeSet<>();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            assertTrue(letters.add(letter), () -> letter + " is there twice");
        }
        return letters;
    }

    /** Types letters that are there only once, and deletes some. */
    private static final class Typing {
        private static final String[] MOVES = {"Control+Home", "Control+End", "ArrowLeft", "ArrowRight"};

        private final Random random;
        private final TreeSet<Character> expected = new TreeSet<>();
        private char next = FIRST;

        Typing(Random random) {
            this.random = random;
        }

        void go(int steps, EditorTab... tabs) {
            for (int i = 0; i < steps; i++) {
                EditorTab tab = tabs[random.nextInt(tabs.length)];
                for (int moves = random.nextInt(4); moves > 0; moves--) {
                    tab.press(MOVES[random.nextInt(MOVES.length)]);
                }
                if (random.nextInt(6) == 0) {
                    erase(tab);
                } else {
                    char letter = next++;
                    expected.add(letter);
                    tab.type(String.valueOf(letter));
                }
            }
        }

        TreeSet<Character> expected() {
            assertFalse(expected.isEmpty());
            return expected;
        }

        private void erase(EditorTab tab) {
            if (tab.page.locator("#connection").textContent().startsWith("Connecting")) {
                // The server's text may come between the look and the key: nobody could say which letter went.
                return;
            }
            String before = tab.shown();
            tab.press("Backspace");
            String after = tab.shown();
            // Others type meanwhile, but only letters that are new.
            for (int i = 0; i < before.length(); i++) {
                if (after.indexOf(before.charAt(i)) < 0) {
                    expected.remove(before.charAt(i));
                }
            }
        }
    }
}
