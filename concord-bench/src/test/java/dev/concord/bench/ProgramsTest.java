package dev.concord.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark program runs, on something small; nothing is said about how long it takes. */
class ProgramsTest {
    private static final Effort ONCE = new Effort(1, 0, 0);

    @TempDir
    private Path directory;

    private String file = "";

    @BeforeEach
    void writeASmallHistory() throws IOException {
        file = history("\"hello, wörld\"");
    }

    private String history(String end) throws IOException {
        Path path = directory.resolve("small.json.gz");
        String json = "{\"startContent\":\"\",\"endContent\":" + end
                + ",\"txns\":[{\"patches\":[[0,0,\"hello\"],[5,0,\" world\"]]},"
                + "{\"patches\":[[5,0,\",\"],[8,1,\"ö\"],[0,1,\"\"],[0,0,\"h\"]]}]}";
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        }
        return path.toString();
    }

    /** A few hundred bytes are less than what else a process frees while its heap is weighed: that figure may come out below zero. */
    private static boolean isFigure(double value, boolean heap) {
        return heap ? Double.isFinite(value) : value > 0;
    }

    @ParameterizedTest
    @EnumSource(EngineWork.class)
    void aWorkOnAHistory(EngineWork work) throws IOException {
        double value = EngineFork.measure(work.name(), "small", file, ONCE).value();

        assertTrue(isFigure(value, work == EngineWork.HEAP), () -> work + ": " + value);
    }

    @ParameterizedTest
    @EnumSource(EngineWork.class)
    void aWorkThatEndsWithAnotherTextFails(EngineWork work) throws IOException {
        String wrong = history("\"something else\"");

        if (work.isTimed() || work == EngineWork.HEAP) {
            assertThrows(IllegalStateException.class, () -> EngineFork.measure(work.name(), "small", wrong, ONCE));
        }
    }

    @ParameterizedTest
    @EnumSource(Hostile.class)
    void aHostileShape(Hostile shape) {
        shape.prepare(1000).run();
    }

    @Test
    void aSession() throws IOException {
        assertTrue(EngineFork.measure("SESSION", Traces.SESSION, "", ONCE).value() > 0);
    }

    @Test
    void aMeasurementInAJvmOfItsOwn() throws IOException {
        Figure figure = EngineFork.work(EngineWork.LOCAL, "small", file, ONCE);

        assertTrue(figure.value() > 0);
        assertTrue(figure.gapBuffer() > 0);
    }

    @Test
    void aMeasurementThatFailsIsNoFigure() {
        assertThrows(IOException.class, () -> EngineFork.work(EngineWork.LOCAL, "small", file + ".not", ONCE));
        assertThrows(IOException.class, () -> Figure.parse("Exception in thread main"));
    }

    @Test
    void theSmallBenchmarks() throws RunnerException {
        var results = new Runner(new OptionsBuilder()
                        .include("dev\\.concord\\.bench\\.micro\\.")
                        .param("edits", "2000")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(1))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        assertEquals(11, results.size());
    }

    @ParameterizedTest
    @EnumSource(value = Peer.PeerWork.class, names = "SESSION", mode = EnumSource.Mode.EXCLUDE)
    void nodesPeers(Peer.PeerWork work) throws IOException {
        for (Peer peer : NodePeers.orSkip()) {
            double value = peer.measure(work, "small", file);

            assertTrue(isFigure(value, work == Peer.PeerWork.HEAP), () -> peer.title() + ": " + value);
        }
    }

    @Test
    void aPeersSession() throws IOException {
        for (Peer peer : NodePeers.orSkip()) {
            assertTrue(peer.measure(Peer.PeerWork.SESSION, Traces.SESSION, "") > 0, peer.title());
        }
    }

    @Test
    void aPeerThatEndsWithAnotherTextFails() throws IOException {
        String wrong = history("\"something else\"");

        for (Peer peer : NodePeers.orSkip()) {
            assertThrows(IOException.class, () -> peer.measure(Peer.PeerWork.MERGE, "small", wrong), peer.title());
        }
    }

    @Test
    void concordAmongThePeers() throws IOException {
        assertTrue(new ConcordPeer(ONCE).measure(Peer.PeerWork.STATE_DEFLATED, "small", file) > 0);
    }

    @Test
    void automergeThatIsNotBuiltIsSkippedVisibly() throws IOException {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertTrue(AutomergePeer.built(new PrintStream(err, true, StandardCharsets.UTF_8))
                .isEmpty());
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("automerge is skipped"));
    }
}
