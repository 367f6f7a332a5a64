package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for conditions, never for time to pass. The deadline only ends a wait that would never end. */
final class Await {
    static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(1);

    private Await() {}

    static void until(String description, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("waited " + DEADLINE.toSeconds() + " s in vain: " + description);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
