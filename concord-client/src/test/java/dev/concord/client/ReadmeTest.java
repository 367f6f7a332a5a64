package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows of this module compiles as it stands there. */
class ReadmeTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void theExampleCompiles() throws IOException {
        String code = example();
        assertEquals(0, compile(code), () -> said.toString(StandardCharsets.UTF_8) + code);
        assertNotEquals(0, compile(code.replace(".setUser(", ".setUsers(")), "a wrong example is noticed");
    }

    private static String example() throws IOException {
        String readme = Files.readString(Path.of("../README.md")).replace("\r\n", "\n");
        String section = readme.substring(readme.indexOf("\n## JVM client"));
        int start = section.indexOf("```java\n") + "```java\n".length();
        return section.substring(start, section.indexOf("```", start));
    }

    private int compile(String code) throws IOException {
        Path file = Files.writeString(directory.resolve("Example.java"), """
                import dev.concord.client.*;
                import dev.concord.client.file.*;
                import dev.concord.client.http.*;
                import dev.concord.client.thread.*;
                import java.net.URI;
                import java.nio.file.Path;

                final class Example {
                    static void run(SessionListener listener) throws Exception {
                """ + code.indent(8) + """
                    }
                }
                """);
        PrintStream messages = new PrintStream(said, true, StandardCharsets.UTF_8);
        return ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        messages,
                        messages,
                        "-proc:none",
                        "-classpath",
                        System.getProperty("java.class.path") + java.io.File.pathSeparator + "target/classes",
                        "-d",
                        directory.toString(),
                        file.toString());
    }
}
