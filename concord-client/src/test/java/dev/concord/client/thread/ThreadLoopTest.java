package dev.concord.client.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadLoopTest {
    @Test
    void an_error_of_a_task_is_reported_and_the_next_task_runs() throws Exception {
        try (ThreadLoop loop = new ThreadLoop("loop")) {
            CompletableFuture<Throwable> reported = new CompletableFuture<>();
            CompletableFuture<Void> next = new CompletableFuture<>();
            loop.execute(() -> Thread.currentThread()
                    .setUncaughtExceptionHandler((thread, failure) -> reported.complete(failure)));
            loop.execute(() -> {
                throw new StackOverflowError("deep");
            });
            loop.execute(() -> next.complete(null));
            next.get(10, TimeUnit.SECONDS);
            assertEquals("deep", reported.get(10, TimeUnit.SECONDS).getMessage());
        }
    }
}
