package dev.concord.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import dev.concord.testing.Await;
import dev.concord.testing.ai.FakeGemini;
import dev.concord.testing.ai.FakeGemini.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proposals, plans and search on the editor's page, in a real Chromium, with a scripted Gemini and the packaged server. */
final class EditorAssistTest extends PageFixture {
    private static final String ROOM = "shared";

    private FakeGemini gemini;
    private BrowserContext context;

    @Override
    ServerProcess settings(ServerProcess plain) {
        gemini = FakeGemini.start();
        return plain.with("GEMINI_API_KEY", FakeGemini.KEY)
                .with("CONCORD_GEMINI_BASE_URL", gemini.url().toString());
    }

    @BeforeEach
    void open() {
        context = chromium.context(new Browser.NewContextOptions().setViewportSize(1200, 800));
    }

    @AfterEach
    void stopGemini() {
        if (gemini != null) {
            gemini.close();
        }
    }

    private EditorTab tab(String panel) {
        EditorTab tab = EditorTab.open(context, server.port(), ROOM, complaints);
        tab.page.locator("#panels").click();
        tab.page.locator("#tab-" + panel).click();
        return tab;
    }

    private static void awaitText(String text, EditorTab... tabs) {
        for (EditorTab tab : tabs) {
            Await.equal("the tab's text", text, tab::shown);
        }
    }

    @Test
    void aProposalStaysOutsideTheTextUntilAcceptedAndIsOneStepOfUndo() {
        server.put("/rooms/" + ROOM, "we meet at noon");
        EditorTab ann = tab("ai");
        EditorTab ben = tab("people");
        ann.page.locator("#copilot-rewrite").click();
        assertThat(ann.page.getByText("Select some text first.")).isVisible();

        gemini.script(Reply.text("We meet at noon."));
        ann.press("Control+End");
        ann.type("!");
        ann.press("Control+a");
        ann.page.locator("#copilot-rewrite").click();
        assertThat(ann.page.locator(".proposal ins")).hasText("We meet at noon.");
        awaitText("we meet at noon!", ann, ben);

        ann.page.locator("#copilot-accept").click();
        awaitText("We meet at noon.", ann, ben);
        assertThat(ann.page.locator(".proposal")).isHidden();
        ann.page.locator("#undo").click();
        awaitText("we meet at noon!", ann, ben);

        ann.press("Control+a");
        gemini.script(Reply.text(" Bring cake."));
        ann.page.locator("#copilot-continue").click();
        assertThat(ann.page.locator(".proposal ins")).hasText("Bring cake.");
        ann.page.locator("#copilot-dismiss").click();
        awaitText("we meet at noon!", ann, ben);

        // What the proposal is about is changed by somebody else.
        ann.press("Control+a");
        ann.page.locator("#copilot-continue").click();
        assertThat(ann.page.locator("#copilot-accept")).isEnabled();
        ben.press("Control+Home", "ArrowRight");
        ben.type("_");
        assertThat(ann.page.locator("#copilot-accept")).isDisabled();
    }

    @Test
    void aPlanIsShownWithItsDiffToEverybodyAndAppliedDeclinedOrStale() {
        server.put("/rooms/" + ROOM, "alpha beta");
        EditorTab ann = tab("ai");
        EditorTab ben = tab("ai");
        gemini.script(
                Reply.calls(
                        Map.entry("1", Map.entry("insert_at", Map.of("index", 0, "text", "Greek: "))),
                        Map.entry("2", Map.entry("replace_range", Map.of("start", 6, "end", 10, "text", "gamma")))),
                Reply.text("A title, and a swap."));
        plan(ann, "swap");
        for (EditorTab tab : List.of(ann, ben)) {
            Locator run = tab.page.locator(".run");
            assertThat(run).hasCount(1);
            assertThat(run.locator(".run-summary")).hasText("A title, and a swap.");
            assertThat(run.locator("del")).hasText("beta");
            assertThat(run.locator("ins").first()).hasText("Greek:");
            assertThat(run.locator(".run-author")).containsText(" asked");
        }
        awaitText("alpha beta", ann, ben);
        ben.page.locator(".run-accept").click();
        awaitText("Greek: alpha gamma", ann, ben);
        assertThat(ben.page.locator(".badge")).hasText("Applied");
        assertThat(ann.page.locator(".run")).hasCount(0);

        gemini.script(
                Reply.call("1", "replace_range", Map.of("start", 7, "end", 12, "text", "omega")),
                Reply.text("Once more."));
        plan(ann, "again");
        assertThat(ann.page.locator(".run-accept")).isEnabled();
        ben.press("Control+Home");
        for (int i = 0; i < 9; i++) {
            ben.press("ArrowRight");
        }
        ben.type("_");
        assertThat(ann.page.locator(".run .badge")).hasText("Stale");
        assertThat(ann.page.locator(".run-accept")).isDisabled();
        ann.page.locator(".run-decline").click();
        assertThat(ann.page.locator(".run .badge")).hasText("Declined");
        awaitText("Greek: al_pha gamma", ann, ben);
    }

    @Test
    void anAcceptedPlanIsOneStepOfUndoForWhoeverAcceptedIt() {
        server.put("/rooms/" + ROOM, "alpha 🌿beta");
        EditorTab ann = tab("ai");
        EditorTab ben = tab("ai");
        ben.press("Control+End");
        ben.type(" mine");
        awaitText("alpha 🌿beta mine", ann, ben);
        gemini.script(
                Reply.calls(
                        Map.entry("1", Map.entry("insert_at", Map.of("index", 0, "text", "Greek 🏛: "))),
                        Map.entry("2", Map.entry("replace_range", Map.of("start", 6, "end", 12, "text", "gamma")))),
                Reply.text("A title, and a swap."));
        plan(ann, "swap");
        ben.page.locator(".run-accept").click();
        assertThat(ben.page.locator(".badge")).hasText("Applied");
        awaitText("Greek 🏛: alpha gamma mine", ann, ben);
        assertThat(ann.page.locator("#undo")).isDisabled();
        Locator notice = ann.page.locator("#notice");
        assertThat(notice).containsText("Somebody has accepted edits that a model proposed.");
        notice.locator("button", new Locator.LocatorOptions().setHasText("Dismiss"))
                .click();
        assertThat(ben.page.locator("#notice")).isHidden();

        ben.page.locator("#undo").click();
        awaitText("alpha 🌿beta mine", ann, ben);
        ben.page.locator("#redo").click();
        awaitText("Greek 🏛: alpha gamma mine", ann, ben);
        ben.page.locator("#undo").click();
        ben.page.locator("#undo").click();
        awaitText("alpha 🌿beta", ann, ben);

        // The others may take it back for everybody.
        gemini.script(Reply.call("1", "insert_at", Map.of("index", 0, "text", "Greek: ")), Reply.text("A title."));
        plan(ann, "title");
        ben.page.locator(".run-accept").click();
        awaitText("Greek: alpha 🌿beta", ann, ben);
        // Until then it may offer what the undo before took away, which was half of the text.
        assertThat(notice).containsText("Somebody has accepted edits that a model proposed.");
        notice.locator("button", new Locator.LocatorOptions().setHasText("Undo for everybody"))
                .click();
        awaitText("alpha 🌿beta", ann, ben);
    }

    private static void plan(EditorTab tab, String instruction) {
        tab.page.locator("#ai-instruction").fill(instruction);
        tab.page.locator("#ai-ask").click();
        assertThat(tab.page.locator(".run-instruction").first()).hasText(instruction);
    }

    @Test
    void relatedTextsAndThoseAboutAQuestionAreListed() {
        server.put("/rooms/" + ROOM, "bake bread in the oven");
        server.put("/rooms/cake", "bake a cake in the oven");
        server.put("/rooms/tax", "tax law appeal court");
        Await.until("all are embedded", () -> server.metric("concord_embeddings_total") >= 3);
        EditorTab ann = tab("search");
        assertThat(ann.page.locator("#backlinks a").first()).hasText("cake");
        ann.page.locator("#search-question").fill("court law");
        ann.page.locator("#search-go").click();
        assertThat(ann.page.locator("#search-hits a").first()).hasText("tax");
        ann.page.locator("#search-hits a").first().click();
        assertThat(ann.page.locator("#room")).hasText("tax");
    }
}
