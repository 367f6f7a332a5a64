package dev.concord.testing.browser;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Chromium of this machine. Without one a test is skipped, or fails where everything is required to run. There is one browser for each JVM, which
 * ends with it; a test gets its own contexts in it. Used by one thread, as Playwright demands.
 *
 * <p>Every wait for a page, an element or a condition may last a minute, which is more than a busy machine needs, so that a test depends on
 * what comes and not on when.
 */
public final class Chromium implements AutoCloseable {
    private static final double PATIENCE_MS = 60_000;
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static @Nullable Browser shared;

    private final Browser browser;
    private final List<BrowserContext> contexts = new ArrayList<>();

    private Chromium(Browser browser) {
        this.browser = browser;
    }

    /** Starts the browser if it is not running, or skips the test that asks for it. */
    public static synchronized Chromium start() {
        Browser running = shared;
        if (running == null || !running.isConnected()) {
            running = launch();
            shared = running;
        }
        return new Chromium(running);
    }

    // The driver ends with its standard input, when this JVM does, and takes the browser along.
    private static Browser launch() {
        Optional<Path> executable = find();
        if (executable.isEmpty()) {
            String reason = "no Chromium on the PATH (looked for " + String.join(", ", NAMES) + ")";
            if (System.getProperty("concord.require", "").equals("all")) {
                fail(reason);
            }
            System.out.println("skipped: " + reason);
            abort(reason);
        }
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        Browser browser = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable.orElseThrow())
                        .setArgs(FLAGS)
                        .setTimeout(PATIENCE_MS));
        openADatabase(browser);
        return browser;
    }

    /** The first one takes long on a busy machine, and pages complain when theirs does not open in time. */
    private static void openADatabase(Browser browser) {
        try (BrowserContext context = browser.newContext();
                Page page = context.newPage()) {
            context.setDefaultTimeout(PATIENCE_MS);
            page.route("**", route -> route.fulfill(new Route.FulfillOptions().setBody("")));
            page.navigate("http://localhost/");
            page.evaluate("() => new Promise((resolve, reject) => {"
                    + " const opening = indexedDB.open('first');"
                    + " opening.onsuccess = () => resolve(opening.result.close());"
                    + " opening.onerror = () => reject(opening.error);"
                    + " setTimeout(() => reject(new Error('it does not open')), 60000); })");
        }
    }

    /** A context of this test's own, with nothing stored. */
    public BrowserContext context() {
        return context(new Browser.NewContextOptions());
    }

    /** The same, with options. */
    public BrowserContext context(Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(PATIENCE_MS);
        contexts.add(context);
        return context;
    }

    /** A page in a context of its own. */
    public Page page() {
        return context().newPage();
    }

    /** Closes this test's contexts and their pages. */
    @Override
    public void close() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
    }

    private static Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return NAMES.stream()
                .flatMap(name -> Stream.of(path.split(java.io.File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
