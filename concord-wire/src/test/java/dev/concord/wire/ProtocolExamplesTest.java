package dev.concord.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of PROTOCOL.md are what the codec reads and writes, and every golden file is among them. */
class ProtocolExamplesTest {
    private static final Path PAGE = Path.of(System.getProperty("concord.basedir", ".."), "docs/PROTOCOL.md");
    private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CODE_ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");

    static List<String> examples() throws IOException {
        List<String> lines = new ArrayList<>();
        BLOCK.matcher(page()).results().forEach(block -> block.group(1).lines().forEach(lines::add));
        return lines;
    }

    private static String page() throws IOException {
        return Files.readString(PAGE).replace("\r\n", "\n");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsReadAndWrittenAsItStands(String example) throws Exception {
        List<Message> messages = WireCodec.read(example.getBytes(UTF_8));
        assertFalse(messages.isEmpty());
        messages.forEach(message -> assertFalse(message instanceof Message.Unknown, example));
        List<String> written = messages.stream()
                .map(message -> new String(WireCodec.write(message), UTF_8))
                .toList();
        String frame = example.startsWith("[") ? "[" + String.join(",", written) + "]" : written.get(0);
        assertEquals(example, frame);
    }

    @Test
    void everyGoldenFileIsAnExample() throws IOException {
        Set<String> examples = new HashSet<>(examples());
        for (Path golden : WireCodecTest.goldenFiles()) {
            assertTrue(examples.contains(Files.readString(golden)), () -> golden + " is not in " + PAGE);
        }
    }

    @Test
    void everyErrorCodeIsListed() throws IOException {
        String table = page();
        table = table.substring(table.indexOf("### `error`"), table.indexOf("### `presence`"));
        Set<String> listed = CODE_ROW.matcher(table)
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Stream.of(ErrorCode.values())
                        .filter(code -> code != ErrorCode.UNKNOWN)
                        .map(code -> code.wire().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toCollection(TreeSet::new)),
                listed);
    }

    @Test
    void everyTypeOfMessageIsListed() throws IOException {
        String table = page();
        table = table.substring(table.indexOf("## Frames"), table.indexOf("### `sync`"));
        List<String> listed = Pattern.compile("(?m)^\\| \\[`([a-z]+)`\\]")
                .matcher(table)
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
        assertEquals(List.of("sync", "op", "ack", "error", "presence", "pulse", "auth"), listed);
    }
}
