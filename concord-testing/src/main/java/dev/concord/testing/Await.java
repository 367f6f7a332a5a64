package dev.concord.testing;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waiting for conditions, never for time to pass. A wait that would never end fails at a deadline, wherever it stands: a test's own time limit does
 * not cover what runs before and after each test.
 */
public final class Await {
    /** The longest wait. */
    public static final Duration DEADLINE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(1);

    private Await() {}

    /**
     * Waits until a condition holds.
     *
     * @param description of what is waited for
     * @param condition asked every millisecond, on this thread
     * @throws AssertionError after {@link #DEADLINE}, or when the thread is interrupted, as a test's time limit does
     */
    public static void until(String description, BooleanSupplier condition) {
        until(description, condition, DEADLINE, () -> "");
    }

    /** As {@link #until(String, BooleanSupplier)}, with a deadline for waits that are long by nature. */
    public static void until(String description, Duration deadline, BooleanSupplier condition) {
        until(description, condition, deadline, () -> "");
    }

    /** Waits until a value is the expected one; fails with the last one that was seen. */
    public static <T> void equal(String description, T expected, Supplier<T> actual) {
        Object[] last = new Object[1];
        until(
                description,
                () -> {
                    last[0] = actual.get();
                    return Objects.equals(expected, last[0]);
                },
                DEADLINE,
                () -> ": expected <" + expected + ">, last seen <" + last[0] + ">");
    }

    /**
     * Waits for what a future brings.
     *
     * @throws CompletionException when it failed
     * @throws AssertionError after {@link #DEADLINE}, or when the thread is interrupted, which {@link CompletableFuture#join} does not notice
     */
    public static <T> T result(String description, CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw new CompletionException(failure.getCause());
        } catch (TimeoutException late) {
            throw new AssertionError("waited " + DEADLINE.toSeconds() + " s in vain: " + description, late);
        } catch (InterruptedException stop) {
            throw new AssertionError("the test's time is up: " + description, stop);
        }
    }

    private static void until(String description, BooleanSupplier condition, Duration deadline, Supplier<String> seen) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + deadline.toSeconds() + " s in vain: " + description + seen.get());
            }
            LockSupport.parkNanos(POLL.toNanos());
            if (Thread.interrupted()) {
                throw new AssertionError("the test's time is up: " + description + seen.get());
            }
        }
    }
}
