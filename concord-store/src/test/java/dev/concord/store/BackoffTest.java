package dev.concord.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void pauses_double_up_to_a_bound_however_often_it_failed() {
        Backoff backoff = Backoff.exponential(Duration.ofNanos(10), Duration.ofNanos(65));
        assertEquals(
                List.of(10L, 20L, 40L, 65L, 65L),
                IntStream.rangeClosed(1, 5).mapToObj(backoff::nanosAfter).toList());
        assertEquals(65, backoff.nanosAfter(64));
        assertEquals(65, backoff.nanosAfter(Integer.MAX_VALUE));
    }
}
