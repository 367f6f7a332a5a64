package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.concord.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the pages look and whether everybody can use them. Screenshots go to target/screenshots, to be looked at. */
final class PagesLookTest extends PageFixture {
    private static final String NOTES = """
            Field notes, Tuesday

            We walked the whole ridge before noon. Dalia kept the map dry under her coat; nobody else had thought of it.

            Three things to settle before we write this up:

            – which of the two springs is the real source
            – whether the old path by the quarry is still open
            – who brings the boat back 🚣

            Bela says the second spring is fed by the first. If that is so, the map of 1911 is right and ours is wrong, and we should say so in the first paragraph.

            Come back to the measurements tonight, while they are fresh.
            """;
    private static final List<String[]> PEOPLE = List.of(
            new String[] {"Ada", "#0f766e"},
            new String[] {"Bela Bartók", "#c2410c"},
            new String[] {"Chidi", "#6d28d9"},
            new String[] {"Dalia", "#be185d"},
            new String[] {"Emre", "#1d4ed8"});

    @Test
    void theEditorWithFivePeople() {
        List<EditorTab> tabs = new ArrayList<>();
        for (String[] person : PEOPLE) {
            tabs.add(EditorTab.open(contextOf(person), server.port(), "field-notes", complaints));
        }
        EditorTab ada = tabs.get(0);
        ada.type(NOTES);
        ada.awaitSaved();
        int[] offsets = {0, 45, 240, 330, 420};
        for (int i = 1; i < tabs.size(); i++) {
            EditorTab tab = tabs.get(i);
            Await.until("the text is there", () -> tab.shown().equals(NOTES));
            tab.text().focus();
            tab.place(offsets[i]);
            if (i % 2 == 1) {
                tab.press("Shift+Control+ArrowRight", "Shift+Control+ArrowRight");
            }
        }
        Page page = ada.page;
        assertThat(page.locator("#people li")).hasCount(5);
        assertThat(page.locator(".cm-concord-caret")).hasCount(4);
        shoot(page, "editor-light");
        assertNoSeriousFault(page);
        page.locator("#panels").click();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        shoot(page, "editor-people-dark");
        assertNoSeriousFault(page);
        page.setViewportSize(390, 800);
        shoot(page, "editor-people-phone-dark");
        assertNothingSticksOut(page);
        page.locator(".close").click();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        ada.toggleOffline();
        ada.press("Control+Home");
        ada.type("Typed on the train. ");
        shoot(page, "editor-offline-phone");
        assertNothingSticksOut(page);
        assertNoSeriousFault(page);
        page.setViewportSize(1280, 800);
        ada.press("Control+f");
        assertThat(page.locator(".cm-search")).isVisible();
        page.keyboard().type("spring");
        shoot(page, "editor-search-light");
        assertNoSeriousFault(page);
    }

    @Test
    void theTwoPanesAndTheWatchingPage() {
        BrowserContext context = contextOf(PEOPLE.get(0));
        Page page = context.newPage();
        page.onPageError(complaints::add);
        page.navigate(address("/?room=look"));
        Locator pills = page.locator(".pill");
        assertThat(pills.nth(1)).hasText("Live · saved");
        page.locator("textarea").nth(0).fill(NOTES);
        assertThat(page.locator("textarea").nth(1)).hasValue(NOTES);
        page.locator(".toggle").nth(1).click();
        page.locator("textarea").nth(1).focus();
        page.keyboard().type("Typed offline. ");
        shoot(page, "panes-light");
        assertNoSeriousFault(page);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        shoot(page, "panes-dark");
        assertNoSeriousFault(page);
        page.setViewportSize(390, 800);
        shoot(page, "panes-phone-dark");
        assertNothingSticksOut(page);

        page.setViewportSize(1280, 860);
        page.navigate(address("/watch?room=look2&panes=4"));
        assertThat(pills.nth(3)).hasText("Live · saved");
        page.locator("#latency").fill("300");
        page.locator("#loss").fill("20");
        page.locator("#robots").click();
        Await.until("a few hundred characters are made", () -> number(page, "#made") > 300);
        shoot(page, "watch-dark");
        assertNoSeriousFault(page);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        shoot(page, "watch-light");
        assertNoSeriousFault(page);
        page.setViewportSize(390, 800);
        shoot(page, "watch-phone");
        assertNothingSticksOut(page);
    }

    private BrowserContext contextOf(String[] person) {
        BrowserContext context = chromium.context(Axe.still(
                new Browser.NewContextOptions().setViewportSize(1280, 800).setColorScheme(ColorScheme.LIGHT)));
        context.addInitScript("localStorage.getItem('concord.me') ?? localStorage.setItem('concord.me', '{\"user\":\""
                + person[0] + "\",\"color\":\"" + person[1] + "\"}')");
        return context;
    }

    private String address(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    private static long number(Page page, String selector) {
        return Long.parseLong(page.locator(selector).textContent().replace(",", ""));
    }

    private static void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    private static void assertNothingSticksOut(Page page) {
        assertTrue(
                (boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
                "the page is wider than the window");
    }

    private static void assertNoSeriousFault(Page page) {
        Axe.assertNoFaults(page, List.of("serious", "critical"));
    }
}
