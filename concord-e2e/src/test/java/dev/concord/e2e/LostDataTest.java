package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.concord.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that comes back without its data, in front of open pages that have all of the text. Screenshots go to target/screenshots. */
final class LostDataTest extends PageFixture {
    private static final String TEXT = "Agenda\n1. The roof\n2. The budget\n";

    @Override
    ServerProcess settings(ServerProcess plain) {
        return plain.onOnePort();
    }

    @Test
    void theOpenPagesSayWhatHappenedAndPutTheTextBackOnce() throws IOException {
        EditorTab ann = tab();
        EditorTab ben = tab();
        ann.type(TEXT);
        ann.awaitSaved();
        Await.equal("the other tab's text", TEXT, ben::shown);
        server.kill9();
        assertThat(ben.page.locator("#connection")).hasText("Reconnecting…");
        ben.press("Control+End");
        ben.type("3. Unsent\n");
        comeBackEmpty(ann, ben);

        String all = TEXT + "3. Unsent\n";
        for (EditorTab tab : List.of(ann, ben)) {
            Locator notice = tab.page.locator("#notice");
            assertThat(notice).containsText("The server has another text under this name now");
            assertThat(notice).containsText("It cannot be changed until you choose.");
            assertThat(notice.locator("button"))
                    .hasText(new String[] {"Put the text back", "Download", "Open the new one"});
            assertThat(tab.page.locator("#saved")).hasText("Not saved");
            String before = tab.shown();
            tab.page.locator("#editor").click();
            tab.page.keyboard().type("typed");
            tab.page.keyboard().press("Control+z");
            assertEquals(before, tab.shown());
            assertThat(tab.page.locator("#undo")).isDisabled();
        }
        assertThat(ben.page.locator("#notice")).containsText("never reached the server");
        look(ann, "lost-data");
        ben.page.setViewportSize(390, 800);
        ben.page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        look(ben, "lost-data-phone-dark");
        Download download =
                ben.page.waitForDownload(() -> ben.page.getByText("Download").click());
        assertEquals(all, Files.readString(download.path()));

        ann.page.getByText("Put the text back").click();
        ben.page.getByText("Put the text back").click();
        for (EditorTab tab : List.of(ann, ben)) {
            Await.equal("the whole text, once", all, tab::shown);
            tab.awaitSaved();
            assertThat(tab.page.locator("#notice")).isHidden();
        }
        assertEquals(all, server.text("minutes"));
        ann.press("Control+End");
        ann.type("4. Go on\n");
        Await.equal("the other tab's text", all + "4. Go on\n", ben::shown);

        // Once more: one takes the new one, in which the other puts the text back.
        ann.awaitSaved();
        server.kill9();
        comeBackEmpty(ann, ben);
        ann.page.getByText("Open the new one").click();
        ann.awaitSaved();
        assertEquals("", ann.shown());
        ben.page.getByText("Put the text back").click();
        Await.equal("the text in the new one", all + "4. Go on\n", ann::shown);
    }

    private void comeBackEmpty(EditorTab... tabs) {
        server.loseData();
        server.start();
        for (EditorTab tab : tabs) {
            tab.page.evaluate("dispatchEvent(new Event('online'))");
            assertThat(tab.page.locator("#connection")).hasText("Stopped");
        }
    }

    private EditorTab tab() {
        return EditorTab.open(
                chromium.context(Axe.still(new Browser.NewContextOptions()
                        .setViewportSize(1200, 800)
                        .setColorScheme(ColorScheme.LIGHT))),
                server.port(),
                "minutes",
                complaints);
    }

    private static void look(EditorTab tab, String name) {
        tab.page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
        Axe.assertNoFaults(tab.page, List.of("serious", "critical"));
        assertTrue((boolean) tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name);
    }
}
