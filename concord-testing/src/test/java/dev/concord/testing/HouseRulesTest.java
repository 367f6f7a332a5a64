package dev.concord.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules about tests, held for the sources of all modules. */
class HouseRulesTest {
    private static final Path ROOT = Path.of(System.getProperty("concord.basedir", ".."))
            .toAbsolutePath()
            .normalize();

    /** A test that sleeps is either slow or, on a slower machine, wrong. */
    private static final Pattern SLEEP =
            Pattern.compile("\\b(Thread|SECONDS|MILLISECONDS|MINUTES)\\s*\\.sleep\\(|waitForTimeout\\(");

    /** The engine's own is published: the checks that others run against their replicas. */
    private static final Pattern TEST_JAR = Pattern.compile(
            "<artifactId>(?!concord-crdt<)[^<]*</artifactId>\\s*(<version>[^<]*</version>\\s*)?<type>test-jar</type>");

    private record Rule(String name, Pattern forbidden) {
        List<String> violations(Path file) throws IOException {
            List<String> found = new ArrayList<>();
            String text = Files.readString(file);
            Matcher matcher = forbidden.matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                found.add(ROOT.relativize(file) + ":" + Math.max(1, line) + " " + name);
            }
            return found;
        }
    }

    private static List<String> violations(Rule rule, List<Path> files) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            found.addAll(rule.violations(file));
        }
        return found;
    }

    private static List<Path> testSources() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            List<Path> files = new ArrayList<>();
            for (Path module : modules.filter(
                            path -> path.getFileName().toString().startsWith("concord-"))
                    .toList()) {
                for (String folder : List.of("src/test/java", "test/java")) {
                    if (Files.isDirectory(module.resolve(folder))) {
                        try (Stream<Path> all = Files.walk(module.resolve(folder))) {
                            all.filter(path -> path.toString().endsWith(".java"))
                                    .forEach(files::add);
                        }
                    }
                }
            }
            files.removeIf(path -> path.endsWith("HouseRulesTest.java"));
            return files;
        }
    }

    @Test
    void no_test_sleeps() throws IOException {
        List<Path> tests = testSources();
        assertTrue(tests.size() > 100, () -> "only " + tests.size() + " sources of tests below " + ROOT);
        assertEquals(List.of(), violations(new Rule("sleeps; wait for the condition", SLEEP), tests));
    }

    @Test
    void no_module_uses_the_test_jar_of_another() throws IOException {
        List<Path> poms;
        try (Stream<Path> all = Files.list(ROOT)) {
            // The checks of replicas are published for engines, and concord-yjs is one.
            poms = all.filter(path -> !path.endsWith("concord-yjs"))
                    .map(path -> path.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
        assertTrue(poms.size() > 10, () -> "only " + poms.size() + " modules below " + ROOT);
        assertEquals(
                List.of(),
                violations(new Rule("uses a test-jar; what tests share belongs into concord-testing", TEST_JAR), poms));
    }

    @Test
    void what_is_forbidden_is_found() {
        assertTrue(SLEEP.matcher("        Thread.sleep(100);").find());
        assertTrue(SLEEP.matcher("        TimeUnit.SECONDS.sleep(1);").find());
        assertTrue(SLEEP.matcher("        page.waitForTimeout(100);").find());
        String dependency = "<artifactId>%s</artifactId>\n      <version>1</version>\n      <type>test-jar</type>";
        assertTrue(TEST_JAR.matcher(dependency.formatted("concord-store")).find());
        assertFalse(TEST_JAR.matcher(dependency.formatted("concord-crdt")).find());
    }
}
