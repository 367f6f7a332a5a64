package dev.concord.testing.browser;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs test modules that are written in JavaScript in a real Chromium, shared out to as many pages as the machine has processors, at most
 * four. A property is tried {@code concord.tries} times, or the share of that which its module asks for; {@code -Dconcord.seed=} replays
 * one try, and {@code -Dconcord.modules=undo,codec} runs some modules only.
 *
 * <p>The pages load {@code /test/runner.js}, which says what a module is made of.
 */
public final class JavaScriptModules {
    private static final int DEFAULT_TRIES = 1000;
    private static final int MAX_PAGES = 4;

    private final String mavenModule;
    private final String testClass;
    private final List<Page> pages = new ArrayList<>();
    private final List<List<Map<String, Object>>> shares = new ArrayList<>();

    private JavaScriptModules(Class<?> test, String mavenModule) {
        this.mavenModule = mavenModule;
        testClass = test.getSimpleName();
    }

    /**
     * Begins to run all tests, and reports each as a test of its own.
     *
     * @param test the class that asks
     * @param mavenModule where that is, for the command that replays a failure
     * @param chromium the browser; its contexts have to stay open until the tests have ended
     * @param address of a page to run them in
     * @param modules names of test modules, {@code codec} for {@code codec.test.js}
     * @return one container for each module
     */
    public static Stream<DynamicNode> run(
            Class<?> test, String mavenModule, Chromium chromium, String address, List<String> modules) {
        return new JavaScriptModules(test, mavenModule).run(chromium, address, modules);
    }

    private Stream<DynamicNode> run(Chromium chromium, String address, List<String> modules) {
        int count = Math.min(MAX_PAGES, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < count; i++) {
            // A context each, so that each has a process and a storage of its own.
            BrowserContext context = chromium.context();
            Page page = context.newPage();
            page.navigate(address);
            pages.add(page);
            shares.add(new ArrayList<>());
        }
        String only = System.getProperty("concord.modules", "");
        List<DynamicNode> nodes = new ArrayList<>();
        for (String module : modules) {
            if (only.isEmpty() || List.of(only.split(",", -1)).contains(module)) {
                nodes.add(DynamicContainer.dynamicContainer(module, tests(module + ".test.js")));
            }
        }
        for (int i = 0; i < count; i++) {
            call(pages.get(i), "start", List.of(shares.get(i)));
        }
        return nodes.stream();
    }

    private Stream<DynamicTest> tests(String module) {
        Map<?, ?> found = (Map<?, ?>) call(pages.get(0), "list", List.of(module));
        String replayed = System.getProperty("concord.seed", "");
        int tries =
                replayed.isEmpty() ? (int) Math.max(1, tries() * ((Number) value(found, "share")).doubleValue()) : 1;
        List<DynamicTest> tests = new ArrayList<>();
        for (Object name : (List<?>) value(found, "tests")) {
            tests.add(test(Map.of("module", module, "name", name)));
        }
        for (Object name : (List<?>) value(found, "properties")) {
            int seed = replayed.isEmpty() ? ThreadLocalRandom.current().nextInt(1 << 30) : Integer.parseInt(replayed);
            tests.add(test(Map.of("module", module, "name", name, "seed", seed, "tries", tries)));
        }
        return tests.stream();
    }

    /** Gives the test to the page that has the fewest, and waits for it when its turn comes. */
    private DynamicTest test(Map<String, Object> task) {
        int page = 0;
        for (int i = 1; i < pages.size(); i++) {
            if (shares.get(i).size() < shares.get(page).size()) {
                page = i;
            }
        }
        List<Map<String, Object>> share = shares.get(page);
        int number = share.size();
        share.add(task);
        Page at = pages.get(page);
        return dynamicTest(String.valueOf(task.get("name")), () -> {
            try {
                Object note = call(at, "result", List.of(number));
                if (note != null) {
                    System.out.println(task.get("module") + ": " + task.get("name") + ": " + note);
                }
            } catch (RuntimeException e) {
                String replay = task.containsKey("seed")
                        ? "replay with: ./mvnw -pl " + mavenModule + " -am test -Dtest=" + testClass
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.modules="
                                + String.valueOf(task.get("module")).replace(".test.js", "")
                                + " -Dconcord.seed=<the seed below>\n"
                        : "";
                throw new AssertionError(replay + e.getMessage(), e);
            }
        });
    }

    private static int tries() {
        String tries = System.getProperty("concord.tries", "");
        return tries.isEmpty() ? DEFAULT_TRIES : Integer.parseInt(tries);
    }

    private static Object value(Map<?, ?> found, String name) {
        Object value = found.get(name);
        if (value == null) {
            throw new IllegalStateException("runner.js has not said " + name);
        }
        return value;
    }

    private static Object call(Page page, String function, List<?> arguments) {
        return page.evaluate(
                "async ([name, args]) => (await import('/test/runner.js'))[name](...args)",
                List.of(function, arguments));
    }
}
