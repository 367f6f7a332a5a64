package dev.concord.js;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.concord.testing.browser.Chromium;
import dev.concord.testing.browser.Relay;
import dev.concord.testing.browser.WebFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The package for npm: what its description names is there, and its quick start runs as it is printed. */
final class PackageTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("concord.basedir", "..")).resolve("concord-js");
    private static final int LONGEST_QUICK_START = 20;

    @Test
    void whatThePackageNamesIsThereAndImportsNothingElse() throws IOException {
        JsonObject description = JsonParser.parseString(Files.readString(FOLDER.resolve("package.json")))
                .getAsJsonObject();
        assertEquals("Apache-2.0", description.get("license").getAsString());
        assertTrue(Files.isRegularFile(FOLDER.resolve("LICENSE")));
        for (JsonElement target : description.getAsJsonObject("exports").asMap().values()) {
            List<JsonElement> files = target.isJsonPrimitive()
                    ? List.of(target)
                    : List.copyOf(target.getAsJsonObject().asMap().values());
            for (JsonElement file : files) {
                assertTrue(Files.isRegularFile(FOLDER.resolve(file.getAsString())), file::toString);
            }
        }
        Pattern imported = Pattern.compile("from '([^']+)'");
        try (Stream<Path> modules = Files.list(FOLDER.resolve("src"))) {
            for (Path module :
                    modules.filter(file -> file.toString().endsWith(".js")).toList()) {
                Matcher name = imported.matcher(Files.readString(module));
                while (name.find()) {
                    boolean inside = Files.isRegularFile(module.resolveSibling(name.group(1)));
                    boolean peer =
                            description.getAsJsonObject("peerDependencies").has(name.group(1))
                                    && module.getFileName().toString().matches("(codemirror|react).*");
                    assertTrue(inside || peer, () -> module + " imports " + name.group(1));
                }
            }
        }
    }

    @Test
    void theQuickStartRunsAsItIsPrinted() throws IOException {
        Matcher block = Pattern.compile("```html\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(FOLDER.resolve("README.md")));
        assertTrue(block.find());
        String html = block.group(1);
        assertTrue(html.lines().count() <= LONGEST_QUICK_START, html);
        List<String> complaints = new ArrayList<>();
        try (Chromium chromium = Chromium.start();
                WebFiles server = PackageFiles.serve()) {
            BrowserContext context = chromium.context();
            Relay relay = new Relay();
            List<Page> pages = List.of(context.newPage(), context.newPage());
            for (Page page : pages) {
                page.onPageError(complaints::add);
                page.route(
                        "**/quick-start",
                        route -> route.fulfill(new com.microsoft.playwright.Route.FulfillOptions()
                                .setContentType("text/html")
                                .setBody(html)));
                page.routeWebSocket(Pattern.compile(".*/rooms/notes/ws.*"), relay::join);
                page.navigate(server.address() + "/quick-start");
                assertThat(page.locator("[role=status]")).hasText("saved");
            }
            pages.get(0).locator("textarea").pressSequentially("Hello");
            assertThat(pages.get(1).locator("textarea")).hasValue("Hello");
            assertThat(pages.get(0).locator("[role=status]")).hasText("saved");
        }
        assertEquals(List.of(), complaints);
    }
}
