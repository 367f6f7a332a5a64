package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.concord.testing.Await;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page in a real Chromium against the packaged server. Screenshots go to target/screenshots. */
final class DemoPageTest extends PageFixture {
    private static final String SAVED = "Live · saved";

    private BrowserContext context;
    private Page page;
    private String room;

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.onOnePort();
    }

    @BeforeEach
    void open() {
        context = chromium.context(
                new Browser.NewContextOptions().setViewportSize(1200, 760).setColorScheme(ColorScheme.LIGHT));
        page = context.newPage();
        page.onPageError(complaints::add);
        visit();
    }

    @Test
    void bothPanesTheServerAndALateJoinerAgreeAfterTypingOfflineReloadAndKill() {
        for (int i = 0; i < 6; i++) {
            type(i % 2, "word" + i + " \uD83D\uDE00 ");
        }
        assertAgreed();

        toggle(1).click();
        type(1, "typed offline ");
        type(0, "typed meanwhile ");
        assertThat(pill(1)).hasText("Offline · 14 unsent");
        shoot("one-offline-light");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        shoot("one-offline-dark");
        toggle(1).click();
        String text = assertAgreed();
        assertTrue(text.contains("typed offline ") && text.contains("typed meanwhile "), text);

        server.kill9();
        type(0, "while it was away ");
        assertThat(pill(0)).hasText("Reconnecting… · 18 unsent");
        server.start();
        page.evaluate("dispatchEvent(new Event('online'))");
        text = assertAgreed();
        assertTrue(text.contains("while it was away "), text);

        page.reload();
        assertEquals(text, assertAgreed());
        try (TestClient late = new TestClient("late").connect(server.socket(room))) {
            late.awaitText(text);
        }
    }

    @Test
    void aCaretStaysWhereItWasWhileTheOtherPaneTypesBeforeIt() {
        type(0, "one two three");
        assertAgreed();
        text(0).evaluate("area => area.setSelectionRange(4, 7)");
        text(1).focus();
        page.keyboard().press("Control+Home");
        page.keyboard().type("zero ");
        assertAgreed();
        assertEquals("two", text(0).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)"));
        assertEquals("zero one two three", text(0).inputValue());
    }

    @Test
    void aPasteOfOneMegabyteIsSavedAndThePhoneWidthHolds() {
        String pasted = "The quick brown fox jumps over the lazy dog.\n".repeat(22_800);
        context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.evaluate("text => navigator.clipboard.writeText(text)", pasted);
        text(0).focus();
        page.keyboard().press("Control+v");
        assertEquals(pasted, assertAgreed());
        page.setViewportSize(390, 800);
        shoot("phone");
    }

    @Test
    void nobodyIsMadeUpInARoomThatSomebodyElseUses() {
        EditorTab writer = EditorTab.open(context, server.port(), "demo", complaints);
        writer.page.locator(".home").click();
        assertThat(pill(writer.page, 1)).hasText(SAVED);
        assertNotEquals("demo", writer.page.locator("#room").textContent());
        assertNotEquals(room, writer.page.locator("#room").textContent());
        writer.page.reload();
        assertThat(pill(writer.page, 1)).hasText(SAVED);
        writer.page.goBack();
        writer.awaitSaved();
        assertThat(writer.page.locator("#people li")).hasCount(1);
        for (String kind : List.of("/", "/watch")) {
            writer.page.navigate("http://127.0.0.1:" + server.port() + kind);
            assertThat(pill(writer.page, 1)).hasText(SAVED);
            String own = writer.page.locator("#room").textContent();
            assertEquals("/editor/" + own, writer.page.locator("#one-pane").getAttribute("href"));
            for (Locator link : writer.page.locator("a[href]").all()) {
                String leads = link.getAttribute("href");
                assertTrue(List.of("/", "/watch", "/editor/" + own).contains(leads), leads);
            }
        }
    }

    private static Locator pill(Page page, int pane) {
        return page.locator(".pill").nth(pane);
    }

    private void visit() {
        page.navigate("http://127.0.0.1:" + server.port() + "/");
        assertThat(pill(0)).hasText(SAVED);
        assertThat(pill(1)).hasText(SAVED);
        room = page.locator("#room").textContent();
    }

    /** Waits until both panes are saved and show the server's text; checks that the digests are equal too. */
    private String assertAgreed() {
        assertThat(pill(0)).hasText(SAVED);
        assertThat(pill(1)).hasText(SAVED);
        Await.until("both panes show the server's text", () -> {
            String text = server.text(room);
            return text(0).inputValue().equals(text) && text(1).inputValue().equals(text);
        });
        return text(0).inputValue();
    }

    private void shoot(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    private void type(int pane, String typed) {
        text(pane).focus();
        page.keyboard().press("Control+End");
        page.keyboard().type(typed);
    }

    private Locator text(int pane) {
        return page.locator("textarea").nth(pane);
    }

    private Locator pill(int pane) {
        return pill(page, pane);
    }

    private Locator toggle(int pane) {
        return page.locator(".toggle").nth(pane);
    }
}
