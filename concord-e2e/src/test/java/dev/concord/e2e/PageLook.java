package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import dev.concord.testing.browser.Chromium;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A page as axe and a camera see it: with everything that moves held still, so that it does not matter when they look. */
final class PageLook {
    private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
    private static final int LOOKS = 20;

    private PageLook() {}

    /** A screenshot in target/screenshots. */
    static void shoot(Page page, String name) {
        Chromium.holdStill(page);
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    /** Fails when axe finds a fault of one of these impacts. The script comes through the debugger, which the page's policy does not bind. */
    static void assertAccessible(Page page, String... impacts) {
        page.evaluate(axe() + ";0");
        Map<?, ?> found = look(page, impacts);
        // Something may have begun to move since it was held still: then what axe saw is no fault of the page.
        for (int looks = 1; !found.get("faults").equals(List.of()) && looks < LOOKS; looks++) {
            if (Chromium.holdStill(page) == 0) {
                break;
            }
            found = look(page, impacts);
        }
        Map<?, ?> result = found;
        assertTrue(((Number) result.get("passes")).intValue() > 10, () -> "axe has looked at little: " + result);
        assertEquals(List.of(), result.get("faults"));
    }

    private static Map<?, ?> look(Page page, String... impacts) {
        Chromium.holdStill(page);
        return (Map<?, ?>) page.evaluate("""
                async (impacts) => {
                    const { violations, passes } = await axe.run(document);
                    return {
                        passes: passes.length,
                        faults: violations
                            .filter(({ impact }) => impacts.includes(impact))
                            .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`),
                    };
                }""", List.of(impacts));
    }

    private static String axe() {
        try (InputStream script = PageLook.class.getResourceAsStream(AXE)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
