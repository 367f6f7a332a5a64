package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AiLimits;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.RedisAddress;
import dev.concord.server.config.Secret;
import dev.concord.server.config.TestLimits;
import dev.concord.store.jdbc.SqliteStore;
import dev.concord.testing.network.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails, at each step: nothing of it may be left in the process. */
@Timeout(120)
class StartTest {
    @TempDir
    Path directory;

    private final Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    private int port;

    @BeforeEach
    void findAFreePort() {
        port = FreePort.next();
    }

    /** Everything that can be switched on is; neither Redis nor the model exists. */
    private Config config() {
        return new Config(
                port,
                "127.0.0.1",
                Secret.NONE,
                directory,
                Set.of(),
                Set.of(),
                AuthConfig.NONE,
                new AiConfig(
                        new Secret("a key"),
                        URI.create("http://127.0.0.1:1"),
                        "text",
                        "embedding",
                        Duration.ofSeconds(1),
                        AiLimits.DEFAULT),
                "WARN",
                Optional.of(new RedisAddress(URI.create("redis://127.0.0.1:1"), false)),
                new TestLimits().build());
    }

    private ConcordServer start(List<String> steps, int failing, Throwable fault) throws IOException {
        return ConcordServer.start(config(), () -> SqliteStore.open(directory), step -> {
            steps.add(step);
            if (steps.size() - 1 == failing) {
                if (fault instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) fault;
            }
        });
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        ServerFixture.await(() -> left().isEmpty());
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(port, again.getLocalPort());
        }
        assertEquals(List.of(), openFiles());
    }

    /** Threads that have come since; those that the JDK and Netty keep for the whole process do not count. */
    private List<String> left() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> Stream.of("concord", "multiThreadIoEventLoopGroup", "lettuce", "HikariPool", "OkHttp")
                        .anyMatch(name::startsWith))
                .toList();
    }

    private List<Path> openFiles() throws IOException {
        List<Path> open = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                Path file;
                try {
                    file = Files.readSymbolicLink(descriptor);
                } catch (IOException closedMeanwhile) {
                    continue;
                }
                if (file.startsWith(directory)) {
                    open.add(file);
                }
            }
        }
        return open;
    }

    @Test
    void aFailureAtAnyStepClosesEverythingThatWasOpened() throws Exception {
        List<String> steps = new ArrayList<>();
        start(steps, -1, new IllegalStateException()).close();
        assertTrue(steps.size() >= 12, steps.toString());
        for (int failing = 0; failing < steps.size(); failing++) {
            int step = failing;
            for (Throwable fault : List.of(
                    new IllegalStateException("after " + steps.get(step)),
                    new LinkageError("after " + steps.get(step)))) {
                Throwable thrown = assertThrows(fault.getClass(), () -> start(new ArrayList<>(), step, fault));
                assertSame(fault, thrown);
                assertEquals(List.of(), List.of(thrown.getSuppressed()), "closing after " + steps.get(step));
                nothingIsLeft();
            }
        }
        // The store can be opened and all of it works.
        start(new ArrayList<>(), -1, new IllegalStateException()).close();
    }

    @Test
    void whatIsRepeatedGoesOnAfterAFailure() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch times = new CountDownLatch(4);
        executor.scheduleAtFixedRate(
                ConcordServer.guarded("a task", () -> {
                    times.countDown();
                    if (times.getCount() % 2 == 0) {
                        throw new IllegalStateException("planted");
                    }
                    throw new LinkageError("planted");
                }),
                0,
                1,
                TimeUnit.MILLISECONDS);
        times.await();
        executor.shutdownNow();
    }

    @Test
    void aPortThatIsTakenLeavesNothingOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThrows(IOException.class, () -> start(new ArrayList<>(), -1, new IllegalStateException()));
            assertEquals(port, taken.getLocalPort());
        }
    }

    @Test
    void anAddressOfRedisThatCannotBeUsedLeavesNothingOpen() {
        Config config = config();
        Config unusable = new Config(
                config.port(),
                config.host(),
                config.database(),
                config.dataDirectory(),
                config.allowedOrigins(),
                config.allowedHosts(),
                config.auth(),
                config.ai(),
                config.logLevel(),
                Optional.of(new RedisAddress(URI.create("nonsense://127.0.0.1:1"), false)),
                config.limits());
        assertThrows(
                IllegalArgumentException.class, () -> ConcordServer.start(unusable, () -> SqliteStore.open(directory)));
    }

    @Test
    void aStoreThatCannotBeOpenedLeavesNothingOpen() {
        for (Throwable fault : List.of(new IllegalStateException("no store"), new NoClassDefFoundError("no driver"))) {
            Throwable thrown = assertThrows(
                    Throwable.class,
                    () -> ConcordServer.start(config(), () -> {
                        if (fault instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) fault;
                    }));
            assertSame(fault, thrown instanceof java.util.concurrent.CompletionException ? thrown.getCause() : thrown);
        }
    }
}
