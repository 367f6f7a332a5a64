package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import dev.concord.testing.Await;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Browsers run the timers of a hidden page once a minute; whoever has it open is there all the same. */
final class HiddenPageTest extends PageFixture {
    private static final String ROOM = "hidden";
    private static final int STEP_MS = 10_000;
    private static final int MINUTES = 6;

    @Test
    void whoeverHasTheirTabInTheBackgroundStaysPresentForOthers() {
        EditorTab ann = EditorTab.of(chromium.page(), server.port(), complaints);
        PageClock clock = PageClock.of(ann.page);
        go(ann);
        EditorTab ben = EditorTab.of(chromium.page(), server.port(), complaints);
        PageClock hidden = PageClock.of(ben.page);
        go(ben);
        assertThat(ann.page.locator("#spoken")).containsText("joined");
        ann.page.locator("#panels").click();
        ann.page.locator("#tab-people").click();
        Locator where = ann.page.locator(".roster .person-where");
        assertThat(where).hasText("reading");
        ann.page.evaluate("""
                () => {
                    window.seen = new Set();
                    const people = document.getElementById('people');
                    const look = () => seen.add(people.childElementCount);
                    new MutationObserver(look).observe(people, { childList: true });
                    const spoken = document.getElementById('spoken');
                    new MutationObserver(() => seen.add(spoken.lastChild.textContent)).observe(spoken, { childList: true });
                    look();
                }""");
        hidden.hide();
        try (TestClient typist = new TestClient("typist").connect(server.socket(ROOM))) {
            String text = "";
            for (int minute = 0; minute < MINUTES; minute++) {
                for (int step = 0; step < 60_000 / STEP_MS; step++) {
                    // Something comes now and then, as it does from a server, so that nobody takes the connection for
                    // dead.
                    typist.type(text.length(), "x");
                    text += "x";
                    Await.equal("the text", text, ann::shown);
                    Await.equal("the text of the hidden page", text, ben::shown);
                    clock.pass(STEP_MS);
                    hidden.pass(STEP_MS);
                }
                assertThat(where).hasText("away, reading");
                hidden.wake();
                assertThat(where).hasText("reading");
            }
        }
        assertEquals(
                List.of(2), ann.page.evaluate("[...seen]"), "how many people were shown, and what was said of them");
        ben.page.close();
        assertThat(ann.page.locator("#people li")).hasCount(1);
        assertThat(ann.page.locator("#spoken")).containsText("left");
    }

    private void go(EditorTab tab) {
        tab.page.navigate("http://127.0.0.1:" + server.port() + "/editor/" + ROOM);
        tab.awaitSaved();
    }
}
