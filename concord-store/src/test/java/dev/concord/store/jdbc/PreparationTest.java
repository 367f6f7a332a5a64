package dev.concord.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.StoreUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreparationTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);
    private final Preparation preparation = new Preparation(() -> {
        begun.countDown();
        try {
            answered.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    });
    private final CompletableFuture<Void> first = new CompletableFuture<>();

    @BeforeEach
    void begin() throws InterruptedException {
        start(first, () -> preparation.ensure());
        begun.await();
    }

    @AfterEach
    void end() throws Exception {
        answered.countDown();
        first.get(10, TimeUnit.SECONDS);
        preparation.ensure();
    }

    @Test
    void others_do_not_wait_for_ever_for_one_that_hangs() {
        CompletableFuture<Void> second = new CompletableFuture<>();
        start(second, preparation::ensure);
        ExecutionException refused = assertThrows(ExecutionException.class, () -> second.get(20, TimeUnit.SECONDS));
        assertInstanceOf(StoreUnavailableException.class, refused.getCause());
    }

    @Test
    void a_thread_that_waits_can_be_interrupted() throws Exception {
        CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        Thread waiting = start(second, () -> {
            try {
                preparation.ensure();
            } finally {
                stillInterrupted.complete(Thread.currentThread().isInterrupted());
            }
        });
        waiting.interrupt();
        ExecutionException refused = assertThrows(ExecutionException.class, () -> second.get(20, TimeUnit.SECONDS));
        assertInstanceOf(StoreUnavailableException.class, refused.getCause());
        assertTrue(stillInterrupted.get(10, TimeUnit.SECONDS));
    }

    private static Thread start(CompletableFuture<Void> result, Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
                result.complete(null);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
