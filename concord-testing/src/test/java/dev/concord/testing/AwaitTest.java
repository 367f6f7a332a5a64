package dev.concord.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    @Test
    void the_condition_is_asked_until_it_holds() {
        AtomicInteger asked = new AtomicInteger();
        Await.until("three questions", () -> asked.incrementAndGet() == 3);
        assertEquals(3, asked.get());
    }

    @Test
    void a_wait_ends_at_its_deadline() {
        AssertionError late =
                assertThrows(AssertionError.class, () -> Await.until("what never comes", Duration.ZERO, () -> false));
        assertEquals("waited 0 s in vain: what never comes", late.getMessage());
    }

    @Test
    void a_wait_ends_when_its_thread_is_interrupted() {
        Thread.currentThread().interrupt();
        AssertionError ended = assertThrows(AssertionError.class, () -> Await.equal("one", 1, () -> 2));
        assertEquals("the test's time is up: one: expected <1>, last seen <2>", ended.getMessage());
        assertFalse(Thread.interrupted());
    }

    @Test
    void a_future_is_waited_for() {
        assertEquals(1, Await.result("one", CompletableFuture.completedFuture(1)));
        IllegalStateException fault = new IllegalStateException();
        CompletionException failed = assertThrows(
                CompletionException.class, () -> Await.result("one", CompletableFuture.failedFuture(fault)));
        assertSame(fault, failed.getCause());
        Thread.currentThread().interrupt();
        AssertionError ended =
                assertThrows(AssertionError.class, () -> Await.result("one", new CompletableFuture<Integer>()));
        assertEquals("the test's time is up: one", ended.getMessage());
        assertFalse(Thread.interrupted());
    }
}
