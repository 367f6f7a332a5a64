package dev.concord.testing.browser;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Chromium of this machine, started once for all tests of a JVM, which have to run on one thread. Without one a test is skipped, or
 * fails where everything is required to run.
 */
public final class Chromium implements AutoCloseable {
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

    /** Ends with the JVM: the driver ends when its input does, and the browser with it. */
    private static @Nullable Chromium shared;

    @SuppressWarnings("unused") // must stay reachable
    private final Playwright playwright;

    private final Browser browser;

    private Chromium(Path executable) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(FLAGS));
    }

    /**
     * Gives the browser, or skips the test that asks for it.
     *
     * @return the same for all tests, to be closed by each
     */
    public static synchronized Chromium start() {
        if (shared != null) {
            return shared;
        }
        Optional<Path> executable = find();
        if (executable.isEmpty()) {
            String reason = "no Chromium on the PATH (looked for " + String.join(", ", NAMES) + ")";
            if (System.getProperty("concord.require", "").equals("all")) {
                fail(reason);
            }
            System.out.println("skipped: " + reason);
            abort(reason);
        }
        shared = new Chromium(executable.orElseThrow());
        return shared;
    }

    /** The browser, to be asked for contexts. */
    public Browser browser() {
        return browser;
    }

    /** Closes all contexts, with their pages; the browser stays for the next test. */
    @Override
    public void close() {
        browser.contexts().forEach(BrowserContext::close);
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
