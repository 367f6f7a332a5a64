package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the clients promise is written in two tables that say the same, and each test that they name exists. */
class GuaranteesTest {
    private static final Path ROOT = Path.of(System.getProperty("concord.basedir", ".."))
            .toAbsolutePath()
            .normalize();
    private static final String HEADER = "| promise | condition | tested by |";
    private static final Pattern ROW = Pattern.compile("\\| (.*?) \\| (.*?) \\| (.*) \\|");
    private static final Pattern JAVA = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern JAVASCRIPT = Pattern.compile("`([\\w.-]+\\.js): ([^`]+)`");

    @Test
    void bothTablesPromiseTheSame() throws IOException {
        List<String> browser = new ArrayList<>();
        List<String> jvm = new ArrayList<>();
        rows("concord-js/README.md").forEach((promise, tests) -> browser.add(promise));
        rows("docs/PROTOCOL.md").forEach((promise, tests) -> jvm.add(promise));
        assertTrue(browser.size() > 15, browser::toString);
        assertEquals(browser, jvm);
    }

    @Test
    void eachTestExists() throws IOException {
        Map<String, String> sources = sources();
        List<String> wrong = new ArrayList<>();
        rows("concord-js/README.md").forEach((promise, tests) -> check(JAVASCRIPT, "'", "'(", tests, sources, wrong));
        rows("docs/PROTOCOL.md").forEach((promise, tests) -> {
            if (!tests.equals("in browsers only")) {
                check(JAVA, "\n    void ", "()", tests, sources, wrong);
            }
        });
        assertEquals(List.of(), wrong);
    }

    private static void check(
            Pattern name, String before, String after, String tests, Map<String, String> sources, List<String> wrong) {
        for (String test : tests.split("<br>", -1)) {
            Matcher parts = name.matcher(test);
            String source = parts.matches() ? sources.get(parts.group(1).replaceFirst("(\\.test)?\\.js$", "")) : null;
            if (source == null || !source.contains(before + parts.group(2) + after)) {
                wrong.add(test);
            }
        }
    }

    /** The last column by the first two, in the order of their promises. */
    private static Map<String, String> rows(String page) throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve(page));
        int header = lines.indexOf(HEADER);
        assertTrue(header >= 0, page + " has no table of guarantees");
        Map<String, String> rows = new TreeMap<>();
        for (String line : lines.subList(header + 2, lines.size())) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                break;
            }
            rows.put(row.group(1) + " | " + row.group(2), row.group(3));
        }
        return rows;
    }

    /** Tests by the name of their class or module. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String folder : List.of(
                "concord-js/test",
                "concord-client/src/test/java",
                "concord-crdt/src/test/java",
                "concord-e2e/src/test/java")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = file.getFileName().toString();
                    if (name.endsWith("Test.java") || name.endsWith(".test.js") || name.equals("binding-contract.js")) {
                        String source = Files.readString(file).replace("\r\n", "\n");
                        // Two modules have a PresenceTest.
                        sources.merge(name.replaceFirst("\\.(java|test\\.js|js)$", ""), source, String::concat);
                    }
                }
            }
        }
        return sources;
    }
}
