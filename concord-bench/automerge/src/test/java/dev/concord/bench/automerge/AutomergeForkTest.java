package dev.concord.bench.automerge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.bench.Effort;
import dev.concord.bench.Trace;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutomergeForkTest {
    private static final Effort ONCE = new Effort(1, 0, 0);

    private static Trace history(String end) {
        return new Trace(
                "small",
                new int[] {0, 5, 5, 0},
                new int[] {0, 0, 1, 1},
                new String[] {"hello", " world", "", "J"},
                end);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOCAL", "ENCODED", "MERGE", "LOAD", "OPS_SIZE", "STATE_SIZE", "STATE_DEFLATED"})
    void aWork(String work) throws IOException {
        assertTrue(AutomergeFork.measure(work, history("Jelloworld"), ONCE).value() > 0);
    }

    @Test
    void anotherTextFails() {
        assertThrows(
                IllegalStateException.class, () -> AutomergeFork.measure("LOCAL", history("something else"), ONCE));
    }

    @Test
    void itsVersionIsKnown() throws IOException {
        assertTrue(AutomergeFork.version().matches("\\d+\\.\\d+\\.\\d+"));
    }
}
