package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for conditions, never for time to pass. The deadline only ends a wait that would never end. */
final class Await {
    static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(1);

    private Await() {}

    static void until(String description, BooleanSupplier condition) {
        until(description, condition, () -> "");
    }

    /** Waits until a value is the expected one; fails with the last one that was seen. */
    static <T> void equal(String description, T expected, Supplier<T> actual) {
        Object[] last = new Object[1];
        until(
                description,
                () -> {
                    last[0] = actual.get();
                    return Objects.equals(expected, last[0]);
                },
                () -> ": expected <" + expected + ">, last seen <" + last[0] + ">");
    }

    private static void until(String description, BooleanSupplier condition, Supplier<String> seen) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                fail("waited " + DEADLINE.toSeconds() + " s in vain: " + description + seen.get());
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
