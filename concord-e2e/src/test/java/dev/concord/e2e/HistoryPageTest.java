package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.concord.testing.Await;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The history in the editor's drawer, in a real Chromium against the packaged server. Screenshots go to target/screenshots. */
final class HistoryPageTest extends PageFixture {

    @Test
    void captureCompareGoThroughRestoreAndUndoWithTheKeyboard() {
        EditorTab ann = tab(ColorScheme.LIGHT);
        EditorTab ben = tab(ColorScheme.DARK);
        ann.type("The path by the quarry is open.\nDalia kept the map.\n");
        ann.awaitSaved();

        // Capture.
        ann.page.locator("#panels").press("Enter");
        ann.page.locator("#tab-people").press("ArrowRight");
        assertThat(ann.page.locator("#tab-history")).isFocused();
        ann.page.locator("#version-label").fill("Before the walk");
        ann.page.keyboard().press("Enter");
        Locator version = ann.page.locator(".version");
        assertThat(version).hasCount(1);
        assertThat(version).containsText("Before the walk");

        // Somebody else changes the text.
        Await.until("the text is there", () -> ben.shown().endsWith("map.\n"));
        ben.text().focus();
        ben.place(32);
        ben.type("Bela found a second spring.\n");
        ben.place(27);
        ben.press("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "Backspace");
        ben.awaitSaved();
        String changed = ben.shown();
        Await.until("the change is there", () -> ann.shown().equals(changed));

        // Compare.
        version.press("Enter");
        assertThat(version).hasAttribute("aria-pressed", "true");
        Locator preview = ann.page.locator(".version-text");
        assertThat(preview.locator("del")).containsText("Bela found a second spring.");
        assertThat(preview.locator("ins")).hasCount(1);
        assertThat(ann.page.locator(".version-summary"))
                .hasText("Restoring brings back 3 characters and removes 28 characters written since.");
        look(ann, "history-light");

        // Go through what happened.
        Locator slider = ann.page.locator("#replay");
        slider.press("ArrowLeft");
        assertThat(ann.page.locator("output")).hasText("as captured");
        slider.press("ArrowRight");
        assertThat(ann.page.locator("output")).containsText("after edit 1 of 2");
        assertThat(preview).containsText("Bela found a second spring.");
        slider.press("End");
        assertThat(preview.locator("del")).hasCount(1);

        // Restore, and take it back with undo.
        ann.page.locator("#restore").press("Enter");
        String first = "The path by the quarry is open.\nDalia kept the map.\n";
        Await.until(
                "the version is back",
                () -> ann.shown().equals(first) && ben.shown().equals(first));
        // The text may be here before the server's answer, which makes it a step of undo and leads there.
        assertThat(ann.page.locator("#undo")).isFocused();
        ann.page.locator("#undo").press("Enter");
        Await.until(
                "the restore is undone",
                () -> ann.shown().equals(changed) && ben.shown().equals(changed));

        ben.page.locator("#panels").click();
        ben.page.locator("#tab-history").click();
        Locator versions = ben.page.locator(".version");
        assertThat(versions).containsText(new String[] {"Before a restore of Before the walk", "Before the walk"});
        versions.last().click();
        assertThat(ben.page.locator(".version-text")).isVisible();
        look(ben, "history-dark");
    }

    @Test
    void theSliderReachesEveryStepOfALongHistory() {
        int steps = 5_300;
        try (TestClient writer = new TestClient("writer").connect(server.socket("history"))) {
            writer.type(0, "start ");
            writer.awaitAcks();
            new RoomHistory(server, "history").capture("start");
            for (int i = 0; i < steps; i++) {
                String digit = String.valueOf(i % 10);
                writer.edit(document -> document.insert(document.length(), digit));
            }
            writer.awaitAcks();
        }
        EditorTab ann = tab(ColorScheme.LIGHT);
        ann.page.locator("#panels").click();
        ann.page.locator("#tab-history").click();
        ann.page.locator(".version").click();
        Locator slider = ann.page.locator("#replay");
        Locator preview = ann.page.locator(".version-text");
        slider.press("ArrowLeft");
        assertThat(ann.page.locator("output")).hasText("as captured");
        slider.press("End");
        assertThat(ann.page.locator("output")).hasText("compared with now");
        slider.press("ArrowLeft");
        assertThat(ann.page.locator("output")).hasText("after edit 5300 of 5300, writer");
        String all = "start " + "0123456789".repeat(steps / 10);
        assertThat(preview).hasText(all);
        // The last step of the first part, and the first of the next.
        for (int place : List.of(5_000, 5_001, 1)) {
            slider.evaluate(
                    "(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input')); }", place);
            assertThat(ann.page.locator("output")).hasText("after edit " + place + " of 5300, writer");
            assertThat(preview).hasText(all.substring(0, 6 + place));
        }
    }

    @Test
    void whatSomebodyElseDeletesInOneGoIsOfferedBack() {
        EditorTab ann = tab(ColorScheme.LIGHT);
        EditorTab ben = tab(ColorScheme.LIGHT);
        String text = "The path by the quarry is open. ".repeat(20);
        ann.type(text);
        ann.awaitSaved();
        Await.equal("ben's text", text, ben::shown);
        ben.press("Control+a", "Delete");
        ben.type("Oh.");
        Locator notice = ann.page.locator("#notice");
        assertThat(notice).containsText("Somebody has deleted 640 characters.");
        ann.page.getByText("Show what went").click();
        assertThat(ann.page.locator(".version-text ins")).containsText("The path by the quarry");
        look(ann, "rescue");
        ann.page.getByText("Undo for everybody").click();
        for (EditorTab tab : List.of(ann, ben)) {
            Await.until(
                    "the text is back, with what was typed since",
                    () -> tab.shown().contains(text.strip()) && tab.shown().contains("Oh."));
        }
        assertThat(notice).isHidden();
        assertThat(ben.page.locator("#notice")).isHidden();

        // A restore is offered back to the others, and not to whoever made it.
        ann.page.locator(".version").first().click();
        ann.page.locator("#restore").click();
        Await.equal("the version is back", text, ben::shown);
        assertThat(ben.page.locator("#notice")).containsText("has brought an older version back.");
        ben.page.getByText("Undo for everybody").click();
        Await.until("what was typed is back", () -> ann.shown().contains("Oh."));
        assertThat(notice).isHidden();
    }

    @Test
    void aRefusalIsSaid() {
        EditorTab ann = tab(ColorScheme.LIGHT);
        ann.page.locator("#panels").click();
        ann.page.locator("#tab-history").click();
        assertThat(ann.page.locator(".versions")).containsText("None yet.");
        ann.page.route("**/versions", route -> route.abort());
        ann.page.locator("#version-label").fill("a name");
        ann.page.keyboard().press("Enter");
        assertThat(ann.page.locator(".history-problem")).hasText("The server cannot be reached at the moment.");
        assertThat(ann.page.locator("#version-label")).hasValue("a name");
        complaints.removeIf(complaint -> complaint.contains("ERR_FAILED"));
    }

    private EditorTab tab(ColorScheme scheme) {
        BrowserContext context = chromium.context(Axe.still(
                new Browser.NewContextOptions().setViewportSize(1200, 900).setColorScheme(scheme)));
        return EditorTab.open(context, server.port(), "history", complaints);
    }

    private static void look(EditorTab tab, String name) {
        tab.page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
        Axe.assertNoFaults(tab.page, List.of("minor", "moderate", "serious", "critical"));
        assertThat(tab.page.locator(".version-text")).isVisible();
    }
}
