package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Looks for faults of accessibility in a page. What it sees must not depend on when it looks: its pages are without motion. */
final class Axe {
    private static final String SCRIPT = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

    private Axe() {}

    /** Options for the context of pages that will be looked at: nothing fades or moves in them. */
    static Browser.NewContextOptions still(Browser.NewContextOptions options) {
        return options.setReducedMotion(ReducedMotion.REDUCE);
    }

    /** Reads the page as axe does. The script comes through the debugger, which the page's policy does not bind. */
    static void assertNoFaults(Page page, List<String> impacts) {
        assertTrue(
                (boolean) page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches"),
                "the page may move while axe looks at it");
        try (InputStream script = Axe.class.getResourceAsStream(SCRIPT)) {
            page.evaluate(new String(script.readAllBytes(), StandardCharsets.UTF_8) + ";0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> result = (Map<String, Object>) page.evaluate("""
                async (impacts) => {
                    const { violations, passes } = await axe.run(document);
                    return {
                        passes: passes.length,
                        faults: violations
                            .filter(({ impact }) => impacts.includes(impact))
                            .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`),
                    };
                }""", impacts);
        assertTrue(((Number) result.get("passes")).intValue() > 10, () -> "axe has looked at little: " + result);
        assertEquals(List.of(), result.get("faults"));
    }
}
