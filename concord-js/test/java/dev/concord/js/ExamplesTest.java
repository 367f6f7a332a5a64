package dev.concord.js;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.concord.testing.browser.Chromium;
import dev.concord.testing.browser.Relay;
import dev.concord.testing.browser.WebFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in a real browser: each with somebody who types beside it in a textarea, with real keys and a real composition. */
final class ExamplesTest {
    private static final String READ = """
            () => {
                const area = document.querySelector('textarea.editor');
                const monaco = globalThis.monaco?.editor.getModels()[0];
                return area?.value ?? monaco?.getValue()
                    ?? Array.from(document.querySelectorAll('.cm-line'), line => line.textContent).join('\\n');
            }""";

    @ParameterizedTest
    @ValueSource(strings = {"textarea", "codemirror", "monaco", "react"})
    void twoPagesShowOneText(String example) {
        List<String> complaints = new ArrayList<>();
        try (Chromium chromium = Chromium.start();
                WebFiles server = PackageFiles.serve()) {
            BrowserContext context = chromium.context();
            Relay relay = new Relay();
            Page page = open(context, server, relay, example + ".html?user=Nora&color=%23be185d", complaints);
            Page other = open(context, server, relay, "textarea.html?user=Ben&color=%231d4ed8", complaints);

            Locator editor = page.locator("textarea, .cm-content").first();
            editor.focus();
            page.keyboard().type("Hello");
            page.keyboard().press("Enter");
            page.keyboard().type("from here");
            waitFor(other, "Hello\nfrom here");
            other.locator("textarea").focus();
            other.keyboard().press("Control+End");
            other.keyboard().type(", and there");
            waitFor(page, "Hello\nfrom here, and there");

            CDPSession cdp = context.newCDPSession(page);
            page.bringToFront();
            page.keyboard().press("Control+Home");
            cdp.send("Input.imeSetComposition", composition("か"));
            assertThat(page.locator("[role=status]")).hasText("live, 1 unsent");
            cdp.send("Input.imeSetComposition", composition("かん"));
            assertThat(page.locator("[role=status]")).hasText("live, 2 unsent");
            JsonObject inserted = new JsonObject();
            inserted.addProperty("text", "感");
            cdp.send("Input.insertText", inserted);
            waitFor(other, "感Hello\nfrom here, and there");
            assertThat(page.locator("[role=status]")).hasText("saved");
            page.keyboard().press("Control+z");
            waitFor(other, "Hello\nfrom here, and there");
            page.keyboard().press("Control+y");
            waitFor(other, "感Hello\nfrom here, and there");
            waitFor(page, "感Hello\nfrom here, and there");

            other.locator("textarea").evaluate("area => area.setSelectionRange(7, 11)");
            if (example.equals("codemirror") || example.equals("monaco")) {
                assertThat(page.locator(".cm-concord-name, .concord-monaco-name"))
                        .hasText("Ben");
            }
            String folder = System.getProperty("concord.screenshots", "");
            if (!folder.isEmpty()) {
                page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, example + ".png")));
            }
        }
        assertEquals(List.of(), complaints);
    }

    /** Those that a bundler finds: the package is copied to where its own imports are looked for, and not linked. */
    @Test
    void whatThePagesNeedIsAmongTheirDependencies() throws IOException {
        Path folder = WebFiles.project().resolve("concord-js/examples");
        assertTrue(Files.readString(folder.resolve(".npmrc")).contains("install-links=true"));
        Set<String> dependencies = JsonParser.parseString(Files.readString(folder.resolve("package.json")))
                .getAsJsonObject()
                .getAsJsonObject("dependencies")
                .keySet();
        Set<String> imported = new TreeSet<>();
        Pattern from = Pattern.compile("from '(@[^/']+/[^/']+|[^./'][^/']*)[^']*'");
        for (Path sources : List.of(folder, folder.resolveSibling("src"))) {
            try (Stream<Path> files = Files.list(sources)) {
                for (Path file : files.filter(path -> path.toString().matches(".*\\.(html|js)"))
                        .toList()) {
                    from.matcher(Files.readString(file)).results().forEach(match -> imported.add(match.group(1)));
                }
            }
        }
        assertTrue(imported.contains("@codemirror/state"), imported::toString);
        imported.removeAll(dependencies);
        assertEquals(Set.of(), imported, "imported, and no dependency");
    }

    private static Page open(
            BrowserContext context, WebFiles server, Relay relay, String example, List<String> complaints) {
        Page page = context.newPage();
        page.setViewportSize(800, 480);
        page.onPageError(complaints::add);
        page.routeWebSocket(Pattern.compile(".*/rooms/examples/ws.*"), relay::join);
        page.navigate(server.address() + "/examples/" + example);
        assertThat(page.locator("[role=status]")).hasText("saved");
        return page;
    }

    private static void waitFor(Page page, String text) {
        page.waitForFunction("text => (" + READ + ")() === text", text);
    }

    private static JsonObject composition(String text) {
        JsonObject composition = new JsonObject();
        composition.addProperty("text", text);
        composition.addProperty("selectionStart", text.length());
        composition.addProperty("selectionEnd", text.length());
        return composition;
    }
}
