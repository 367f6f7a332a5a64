package dev.concord.store;

import java.time.Duration;

/** How long to wait before trying again. */
@FunctionalInterface
public interface Backoff {
    /** 10 ms at first, so that a short hiccup stays unnoticed, then twice as long each time, up to 1 s. */
    Backoff DEFAULT = exponential(Duration.ofMillis(10), Duration.ofSeconds(1));

    /**
     * The pause after a failed attempt.
     *
     * @param failures how often it has failed by now, from 1
     * @return nanoseconds; 0 for at once
     */
    long nanosAfter(int failures);

    /** Starts with {@code first}, doubles after each failure, and stays at {@code max}. */
    static Backoff exponential(Duration first, Duration max) {
        long firstNanos = first.toNanos();
        long maxNanos = max.toNanos();
        return failures -> {
            int doublings = Math.min(failures - 1, Long.numberOfLeadingZeros(firstNanos) - 1);
            return Math.min(maxNanos, firstNanos << doublings);
        };
    }
}
