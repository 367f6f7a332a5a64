package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrialTest {
    private static final int BAD_USAGE = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... args) {
        PrintStream stream = new PrintStream(out, true, UTF_8);
        return Trial.run(List.of(args), stream, stream);
    }

    @Test
    void helpNamesEveryTrial() {
        assertEquals(0, run("--help"));
        for (String trial : List.of("frames", "hostile", "greedy", "slow-reader", "rooms", "idle", "sign-in")) {
            assertTrue(out.toString(UTF_8).contains("./concord trial " + trial + " ["), trial);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing",
                "hostile --life 3",
                "rooms --allocator pooled",
                "rooms --rooms",
                "rooms --rooms many",
                "frames --allocator none"
            })
    void badUsageIsSaid(String line) {
        assertEquals(BAD_USAGE, run(line.split(" ", -1)));
        assertTrue(out.toString(UTF_8).contains("Try ./concord trial --help"));
    }

    @Test
    void aPercentileIsAValueThatWasSeen() {
        List<Long> hundred = LongStream.rangeClosed(1, 100).boxed().toList();
        assertEquals(100, Comparison.percentile(hundred, 99));
        assertEquals(51, Comparison.percentile(hundred, 50));
        assertEquals(7, Comparison.percentile(List.of(7L), 99));
        assertEquals(0, Comparison.percentile(List.of(), 99));
    }
}
