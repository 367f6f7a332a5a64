package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.concord.testing.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The watching page against the packaged server: four clients, a bad network, and nothing lost. */
final class WatchPageTest extends PageFixture {
    private Page page;

    @BeforeEach
    void open() {
        page = chromium.page();
        page.onPageError(complaints::add);
    }

    @Test
    void nothingIsLostWithDelayLossAndCutWires() {
        visit("/watch?room=storm&panes=4");
        page.locator("#latency").fill("200");
        page.locator("#loss").fill("30");
        page.locator("#robots").click();
        for (int round = 0; round < 4; round++) {
            int pane = round;
            long enough = 150L * (round + 1);
            Await.until("characters are made", () -> number("#made") >= enough);
            page.locator(".cut").nth(pane).click();
            assertThat(page.locator(".wire").nth(pane)).containsText("broken");
        }
        Await.until("a bad network has something under way", () -> number("#underway") > 0);
        page.locator("#robots").click();
        page.locator("#loss").fill("0");
        page.locator("#latency").fill("0");
        Await.until("everything is everywhere", () -> number("#made") == number("#arrived"));
        for (int i = 0; i < 4; i++) {
            assertThat(page.locator(".pill").nth(i)).hasText("Live · saved");
        }
        assertThat(page.locator("#verdict")).hasAttribute("data-state", "same");
        Await.equal("nothing is lost", 0L, () -> number("#lost"));
        Await.equal("nothing is under way", 0L, () -> number("#underway"));
        Await.equal(
                "the first pane's text",
                server.text("storm"),
                () -> page.locator("textarea").first().inputValue());
    }

    @Test
    void robotsLeaveATextAloneThatIsNotTheirs() {
        String notes = "What somebody has written, and wants to keep.";
        server.put("/rooms/notes", notes);
        visit("/watch?room=notes");
        page.locator("#robots").click();
        assertThat(page.locator("#refusal")).containsText("Somebody has written in this room");
        assertThat(page.locator("#robots")).hasAttribute("aria-pressed", "false");
        assertThat(page.locator("#made")).hasText("0");
        assertEquals(notes, server.text("notes"));
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "robots-refuse.png")));

        // In a room of its own they type, after a reload too, until somebody else writes there.
        page.locator("#refusal a").click();
        assertThat(page.locator("#room")).hasText(Pattern.compile("watch-.+"));
        awaitLive();
        String room = page.locator("#room").textContent();
        page.locator("#robots").click();
        Await.until("they type", () -> number("#made") > 20);
        page.reload();
        awaitLive();
        assertEquals(room, page.locator("#room").textContent());
        page.locator("#robots").click();
        Await.until("they go on", () -> number("#made") > 20);
        try (TestClient guest = new TestClient("guest").connect(server.socket(room))) {
            guest.type(0, "Hello?");
            guest.awaitAcks();
        }
        assertThat(page.locator("#robots")).hasAttribute("aria-pressed", "false");
        assertThat(page.locator("#refusal")).isVisible();
    }

    @Test
    void noLinkOfADocumentLeadsADemonstrationIntoIt() {
        page.navigate("http://127.0.0.1:" + server.port() + "/editor/minutes");
        assertThat(page.locator("#saved")).hasText("Saved");
        assertEquals(List.of("/"), page.locator("a").evaluateAll("all => all.map(a => a.getAttribute('href'))"));
    }

    private void visit(String path) {
        page.navigate("http://127.0.0.1:" + server.port() + path);
        awaitLive();
    }

    private void awaitLive() {
        assertThat(page.locator(".pill").first()).isVisible();
        for (Locator pill : page.locator(".pill").all()) {
            assertThat(pill).hasText("Live · saved");
        }
    }

    private long number(String selector) {
        return Long.parseLong(page.locator(selector).textContent().replace(",", ""));
    }
}
