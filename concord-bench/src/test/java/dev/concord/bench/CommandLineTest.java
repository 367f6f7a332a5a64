package dev.concord.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return Bench.run(
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    other;                          there is no benchmark other
                    engine --fast;                  there is no option --fast here
                    engine --runs;                  --runs needs a value
                    engine --runs --json;           --runs needs a value
                    engine --runs many;             --runs takes a number from 1 to 10000, not many
                    engine --rounds 0;              --rounds takes a number from 1 to 10000, not 0
                    engine --long;                  there is no option --long here
                    engine --traces /nowhere;       --traces is /nowhere, which does not exist: name automerge-paper.json.gz or its directory
                    engine --only nothing/at-all;   nothing is measured
                    engine --against /nowhere.jar;  --against is /nowhere.jar, which is not a jar: name the concord-bench.jar of another build
                    page;                           page needs files
                    page /nowhere.json;             there is no file /nowhere.json
                    """)
    void badUsageSaysWhatToDoAndExitsWith2(String args, String message) {
        assertEquals(2, run(args.split(" ")));

        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains(message), said);
        assertTrue(said.contains("--help"), said);
        assertEquals(0, out.size());
    }

    @Test
    void helpIsNoError() {
        assertEquals(0, run("engine", "--help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("usage: ./concord bench engine"));
        assertEquals(2, run());
    }

    @Test
    void theTraceIsTakenFromTheOptionThenTheEnvironment() throws IOException {
        Path file = Files.createFile(directory.resolve("automerge-paper.json.gz"));
        Options none = Options.parse(List.of());

        assertEquals(Optional.of(file), Traces.paper(traces(directory), Map.of()));
        assertEquals(Optional.of(file), Traces.paper(traces(file), Map.of(Traces.VARIABLE, "/nowhere")));
        assertEquals(Optional.of(file), Traces.paper(none, Map.of(Traces.VARIABLE, directory.toString())));
        assertThrows(BadUsageException.class, () -> Traces.paper(none, Map.of(Traces.VARIABLE, "/nowhere")));
    }

    @Test
    void aDirectoryWithoutTheTraceIsRefusedAndNotSkipped() {
        BadUsageException refused =
                assertThrows(BadUsageException.class, () -> Traces.paper(traces(directory), Map.of()));

        assertTrue(refused.getMessage().endsWith("has no readable automerge-paper.json.gz"), refused.getMessage());
    }

    private static Options traces(Path path) {
        return Options.parse(List.of("--traces", path.toString()), "--traces");
    }

    @Test
    void onlyNamesInputsWorksOrBoth() {
        Options options = Options.parse(List.of("--only", "rustcode,/local,hostile/nested"), "--only");

        assertTrue(options.wants("rustcode", "MERGE"));
        assertTrue(options.wants("seph-blog1", "LOCAL"));
        assertTrue(options.wants("hostile", "NESTED"));
        assertFalse(options.wants("hostile", "SIBLINGS"));
        assertFalse(options.wants("seph-blog1", "MERGE"));
        assertTrue(Options.parse(List.of()).wants("hostile", "SIBLINGS"));
    }

    @Test
    void aPageIsMadeOfWhatJsonPrinted() throws IOException {
        Path json = directory.resolve("a.json");
        Path page = directory.resolve("page.md");
        Row row = new Row("history", "local", "JDK 17", List.of(1.0), "x", 2.0, Map.of());
        Files.writeString(json, new Report("engine", Set.of("JDK 17"), "m", Set.of("d"), "how", List.of(row)).json());
        Files.writeString(page, "<!-- bench:engine -->\n<!-- /bench:engine -->\n");

        assertEquals(0, run("page", json.toString()));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("| history | local | 2.0 | 1.00 x |"));
        assertEquals(0, run("page", "--into", page.toString(), json.toString()));
        assertTrue(Files.readString(page).contains("| history | local | 2.0 | 1.00 x |"));
        assertEquals(2, run("page", page.toString()), "a page is not JSON");
    }
}
