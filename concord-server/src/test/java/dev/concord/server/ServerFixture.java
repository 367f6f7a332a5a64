package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.Secret;
import dev.concord.server.config.TestLimits;
import dev.concord.store.RoomStore;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** A whole server on a free port, and the simplest ways to ask it. */
final class ServerFixture implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final List<Logger> TRANSPORT = Stream.of("dev.concord.server.http", "dev.concord.server.ws")
            .map(name -> (Logger) LoggerFactory.getLogger(name))
            .toList();

    final ConcordServer server;
    private final ListAppender<ILoggingEvent> faults = new ListAppender<>();

    private ServerFixture(ConcordServer server) {
        this.server = server;
        faults.start();
        for (Logger logger : TRANSPORT) {
            logger.setLevel(Level.ERROR);
            logger.addAppender(faults);
        }
    }

    static ServerFixture start(RoomStore store, Consumer<TestLimits> change, String... origins) {
        return start(store, AiConfig.NONE, change, origins);
    }

    static ServerFixture start(RoomStore store, AiConfig ai, Consumer<TestLimits> change, String... origins) {
        return start(store, AuthConfig.NONE, ai, change, Set.of(origins), Set.of());
    }

    /** A server that answers under these names only. */
    static ServerFixture startNamed(String... hosts) {
        return start(new MemoryRoomStore(), AuthConfig.NONE, AiConfig.NONE, limits -> {}, Set.of(), Set.of(hosts));
    }

    /** A server that asks who somebody is. */
    static ServerFixture startAsking(RoomStore store, AuthConfig auth) {
        return startAsking(store, auth, AiConfig.NONE);
    }

    /** The same, with a model. */
    static ServerFixture startAsking(RoomStore store, AuthConfig auth, AiConfig ai) {
        return start(store, auth, ai, limits -> {}, Set.of(), Set.of());
    }

    private static ServerFixture start(
            RoomStore store,
            AuthConfig auth,
            AiConfig ai,
            Consumer<TestLimits> change,
            Set<String> origins,
            Set<String> hosts) {
        TestLimits limits = new TestLimits();
        change.accept(limits);
        Config config = new Config(
                0,
                "127.0.0.1",
                Secret.NONE,
                Path.of("unused"),
                origins,
                hosts,
                auth,
                ai,
                "WARN",
                Optional.empty(),
                limits.build());
        try {
            return new ServerFixture(ConcordServer.start(config, () -> store));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ServerFixture start(Consumer<TestLimits> change) {
        return start(new MemoryRoomStore(), change);
    }

    int port() {
        return server.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(Await.DEADLINE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> put(String path, String text) throws IOException, InterruptedException {
        return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(text)));
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** The value of a metric without labels. */
    double metric(String name) {
        try {
            return get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no metric " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns when the condition holds. */
    static void await(BooleanSupplier condition) {
        Await.until("a condition of the server", condition);
    }

    /** Stops the server. Nothing that clients do may look like a fault of the server's in its log. */
    @Override
    public void close() {
        server.close();
        TRANSPORT.forEach(logger -> logger.detachAppender(faults));
        assertEquals(
                List.of(),
                faults.list.stream()
                        .map(event -> event.getFormattedMessage() + ": "
                                + (event.getThrowableProxy() == null
                                        ? ""
                                        : event.getThrowableProxy().getClassName()
                                                + event.getThrowableProxy().getMessage()))
                        .toList());
    }
}
