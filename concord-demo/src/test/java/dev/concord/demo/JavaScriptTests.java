package dev.concord.demo;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.microsoft.playwright.Page;
import dev.concord.testing.browser.Chromium;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Runs one module of tests that are written in JavaScript in a real Chromium. A property is tried {@code concord.tries} times, or the share
 * of that which the module asks for; {@code -Dconcord.seed=} replays one try.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JavaScriptTests {
    private static final int DEFAULT_TRIES = 1000;

    private final String module;
    private Chromium chromium;
    private WebServer server;
    private Page page;

    JavaScriptTests(String module) {
        this.module = module;
    }

    @BeforeAll
    void openPage() {
        chromium = Chromium.start();
        server = new WebServer();
        page = chromium.browser().newPage();
        page.navigate(server.address() + "/blank");
    }

    @AfterAll
    void closePage() {
        if (chromium != null) {
            chromium.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> inChromium() {
        Map<?, ?> found = (Map<?, ?>) call("list", List.of(module));
        int tries = (int) Math.max(1, tries() * ((Number) found.get("share")).doubleValue());
        Stream<DynamicTest> tests = names(found, "tests")
                .map(name -> dynamicTest(name, () -> {
                    Object note = call("runTest", List.of(module, name));
                    if (note != null) {
                        System.out.println(module + ": " + name + ": " + note);
                    }
                }));
        Stream<DynamicTest> properties = names(found, "properties")
                .map(name -> dynamicTest(name, () -> {
                    String replayed = System.getProperty("concord.seed", "");
                    int seed = replayed.isEmpty()
                            ? ThreadLocalRandom.current().nextInt(1 << 30)
                            : Integer.parseInt(replayed);
                    try {
                        call("runProperty", List.of(module, name, seed, replayed.isEmpty() ? tries : 1));
                    } catch (RuntimeException e) {
                        throw new AssertionError(
                                "replay with: ./mvnw -pl concord-demo test -Dtest="
                                        + getClass().getSimpleName() + " -Dconcord.seed=<the seed below>\n"
                                        + e.getMessage(),
                                e);
                    }
                }));
        return Stream.concat(tests, properties);
    }

    private static int tries() {
        String tries = System.getProperty("concord.tries", "");
        return tries.isEmpty() ? DEFAULT_TRIES : Integer.parseInt(tries);
    }

    private static Stream<String> names(Map<?, ?> found, String kind) {
        return ((List<?>) found.get(kind)).stream().map(String.class::cast);
    }

    private Object call(String function, List<?> arguments) {
        return page.evaluate(
                "async ([name, args]) => (await import('/test/runner.js'))[name](...args)",
                List.of(function, arguments));
    }
}
