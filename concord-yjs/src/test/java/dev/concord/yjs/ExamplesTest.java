package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation shows is compiled as it stands there, and run with its assertions. */
class ExamplesTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/concord/yjs");

    @TempDir
    Path directory;

    @Test
    void theExampleOfTheDocumentRuns() throws Exception {
        String source = Files.readString(SOURCES.resolve("YDocument.java"));
        List<String> examples = blocks(source, Pattern.compile("<pre>\\{@code\n(.*?)\\}</pre>", Pattern.DOTALL));
        assertEquals(1, examples.size());
        run(examples.get(0).replaceAll("(?m)^ *\\* ?", ""));
    }

    @Test
    void theExampleOfTheReadmeEditsTogetherWithYjs() throws Exception {
        String readme = Files.readString(Path.of("../README.md"));
        int begin = readme.indexOf("\n## Documents compatible with Yjs");
        String section = readme.substring(begin, readme.indexOf("\n## ", begin + 1));
        String java = blocks(section, Pattern.compile("```java\n(.*?)```", Pattern.DOTALL))
                .get(0);
        String peer = blocks(section, Pattern.compile("```js\n(.*?)```", Pattern.DOTALL))
                .get(0);
        String problem = NodeJudge.install();
        assertTrue(problem.isEmpty() || !NodeJudge.isRequired(), problem);
        assumeTrue(problem.isEmpty(), problem);
        Path script = Files.writeString(NodeJudge.HOME.resolve("peer.mjs"), peer);
        assertTrue(java.contains("\"peer.mjs\""));
        run(java.replace("\"peer.mjs\"", "\"" + script.toAbsolutePath() + "\""));
    }

    @Test
    void everyPublicTypeSaysWhetherThreadsMayShareIt() throws Exception {
        List<String> silent = new ArrayList<>();
        for (String type : Files.readAllLines(Path.of("src/test/resources/public-types.txt"))) {
            // What is nested is said of the type around it.
            String name = type.substring("dev.concord.yjs.".length()).replaceFirst("[$].*", "");
            String source = Files.readString(SOURCES.resolve(name.replace('.', '/') + ".java"));
            String header = source.substring(0, source.indexOf("\npublic "));
            if (!Pattern.compile("(?i)thread-safe|immutable").matcher(header).find()) {
                silent.add(name);
            }
        }
        assertEquals(List.of(), silent);
    }

    private static List<String> blocks(String text, Pattern pattern) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = pattern.matcher(text.replace("\r\n", "\n"));
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }

    private void run(String code) throws Exception {
        String source = "import dev.concord.yjs.*;\nimport java.util.*;\npublic class Example {\n"
                + "    public static void run() throws Exception {\n" + code.indent(8) + "    }\n}\n";
        Path file = Files.writeString(directory.resolve("Example.java"), source);
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
                        directory.toString(),
                        file.toString());
        assertEquals(0, result, () -> "does not compile:\n" + source);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, YDocument.class.getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            loader.loadClass("Example").getMethod("run").invoke(null);
        } catch (InvocationTargetException e) {
            throw new AssertionError("fails when it runs:\n" + source, e.getCause());
        }
    }
}
