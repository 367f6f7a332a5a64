package dev.concord.server.ai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls while the server stops: each is answered. */
@Timeout(120)
class AiCallsTest {
    private static final AiEvents NOBODY = new AiEvents() {
        @Override
        public void aiCalled(String route, String outcome, long nanos) {}

        @Override
        public void aiTokens(long input, long output) {}

        @Override
        public void embedded(boolean ok) {}
    };

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AiCalls calls = new AiCalls(AiLimits.DEFAULT, timer, Executors.defaultThreadFactory(), NOBODY);

    @AfterEach
    void close() {
        calls.close();
        timer.shutdownNow();
    }

    private static void assertStopping(CompletableFuture<String> answer) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
        assertEquals(
                "stopping", assertInstanceOf(Refusal.class, failure.getCause()).code());
    }

    @Test
    void aCallWhoseTimeCannotBeTakenAnyMoreIsRefused() {
        timer.shutdownNow();
        assertStopping(calls.decide("apply", () -> "done"));
    }

    @Test
    void whatWaitsForAThreadIsRefused() throws Exception {
        CountDownLatch busy = new CountDownLatch(4);
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            calls.decide("apply", () -> {
                busy.countDown();
                try {
                    never.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
                return "interrupted";
            });
        }
        busy.await();
        CompletableFuture<String> waiting = calls.decide("apply", () -> "done");
        calls.close();
        assertStopping(waiting);
    }
}
