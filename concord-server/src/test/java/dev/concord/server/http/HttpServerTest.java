package dev.concord.server.http;

import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.Limits;
import dev.concord.server.config.Secret;
import dev.concord.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port by itself. */
@Timeout(120)
class HttpServerTest {
    @Test
    @SuppressWarnings("NullAway") // no request is answered
    void closingEndsAlthoughEveryLoopIsStuckInATask() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        HttpServer http = new HttpServer(
                new Config(
                        0,
                        "127.0.0.1",
                        Secret.NONE,
                        Path.of("unused"),
                        Set.of(),
                        Set.of(),
                        AuthConfig.NONE,
                        AiConfig.NONE,
                        "WARN",
                        Optional.empty(),
                        Limits.DEFAULT),
                reason -> {});
        http.listen(
                null,
                null,
                null,
                () -> "",
                () -> CompletableFuture.completedFuture(""),
                null,
                null,
                null,
                Runnable::run,
                Runnable::run);
        CountDownLatch ended = new CountDownLatch(1);
        for (int i = 0; i < 1000; i++) {
            http.loops().of("room " + i).execute(() -> {
                try {
                    ended.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            CompletableFuture.runAsync(() -> http.close(Duration.ofMillis(200))).get(30, TimeUnit.SECONDS);
        } finally {
            ended.countDown();
        }
        Await.equal(
                "the loops that are left",
                List.of(),
                () -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("multiThreadIoEventLoopGroup"))
                        .toList());
    }
}
