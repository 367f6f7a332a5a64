package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation shows is compiled as it stands there, and run with its assertions. */
class ExamplesTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/concord/crdt");
    private static final Path README = Path.of("../README.md");
    private static final Pattern IN_JAVADOC = Pattern.compile("<pre>\\{@code\n(.*?)\\}</pre>", Pattern.DOTALL);
    private static final Pattern IN_MARKDOWN = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private record Example(String name, String code) {}

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> examplesRun() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path source : sources()) {
            find(source, Files.readString(source), IN_JAVADOC, examples);
        }
        find(README, sectionOnTheEngine(), IN_MARKDOWN, examples);
        List<String> from = examples.stream()
                .map(Example::name)
                .map(name -> name.substring(0, name.indexOf(" ")))
                .toList();
        assertTrue(
                from.containsAll(List.of("Document.java", "UndoHistory.java", "Caret.java", "README.md")),
                from::toString);
        return examples.stream().map(example -> DynamicTest.dynamicTest(example.name(), () -> run(example)));
    }

    @Test
    void anExampleThatIsWrongIsNoticed() {
        Example wrong = new Example("wrong", "assert new Document(\"a\").text().equals(\"x\");\n");
        assertTrue(fails(wrong));
        assertTrue(fails(new Example("typo", "new Document(\"a\").insertt(0, \"x\");\n")));
        assertFalse(fails(new Example("right", "assert new Document(\"a\").text().isEmpty();\n")));
    }

    @Test
    void everyPublicTypeSaysWhetherThreadsMayShareIt() throws IOException {
        List<String> silent = new ArrayList<>();
        for (String type : Files.readAllLines(Path.of("src/test/resources/public-types.txt"))) {
            String name = type.substring(type.lastIndexOf('.') + 1);
            if (name.contains("$")) {
                continue;
            }
            String source = Files.readString(SOURCES.resolve(name + ".java"));
            String header = source.substring(0, source.indexOf("\npublic "));
            if (!Pattern.compile("(?i)thread-safe|immutable").matcher(header).find()) {
                silent.add(name);
            }
        }
        assertEquals(List.of(), silent);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.sorted().toList();
        }
    }

    /** The other sections show other modules, which are not on the class path here. */
    private static String sectionOnTheEngine() throws IOException {
        String readme = Files.readString(README);
        int start = readme.indexOf("\n## Embed the engine");
        return readme.substring(start, readme.indexOf("\n## ", start + 1));
    }

    private static void find(Path file, String text, Pattern pattern, List<Example> into) {
        Matcher matcher = pattern.matcher(text.replace("\r\n", "\n"));
        for (int i = 1; matcher.find(); i++) {
            String code = matcher.group(1).replaceAll("(?m)^ *\\* ?", "");
            into.add(new Example(file.getFileName() + " " + i, code));
        }
    }

    private boolean fails(Example example) {
        try {
            run(example);
            return false;
        } catch (AssertionError | ReflectiveOperationException expected) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Example example) throws IOException, ReflectiveOperationException {
        String source = "import dev.concord.crdt.*;\nimport java.security.*;\nimport java.util.*;\n"
                + "public class Example {\n    public static void run() {\n"
                + example.code().indent(8) + "    }\n}\n";
        Path home = Files.createTempDirectory(directory, "example");
        Path file = Files.writeString(home.resolve("Example.java"), source);
        PrintStream messages = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        messages,
                        messages,
                        "-proc:none",
                        "-classpath",
                        Path.of("target/classes").toString(),
                        "-d",
                        home.toString(),
                        file.toString());
        assertEquals(0, result, () -> "does not compile:\n" + source);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {home.toUri().toURL()}, Document.class.getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            try {
                loader.loadClass("Example").getMethod("run").invoke(null);
            } catch (InvocationTargetException e) {
                throw new AssertionError("fails when it runs:\n" + source, e.getCause());
            }
        }
    }
}
