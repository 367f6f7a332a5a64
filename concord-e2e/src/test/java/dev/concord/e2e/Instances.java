package dev.concord.e2e;

import dev.concord.testing.Await;
import dev.concord.testing.network.BrokenNetwork;
import dev.concord.testing.postgres.PostgresForTests;
import dev.concord.testing.redis.OwnRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Several server processes on one Redis, each behind its own breakable way to Redis and, when they share one, to the database. */
final class Instances implements AutoCloseable {
    /** One process and its two ways. */
    static final class Instance {
        final ServerProcess server;
        final BrokenNetwork toRedis;
        final BrokenNetwork toDatabase;

        private Instance(ServerProcess server, BrokenNetwork toRedis, BrokenNetwork toDatabase) {
            this.server = server;
            this.toRedis = toRedis;
            this.toDatabase = toDatabase;
        }
    }

    /** How long each fault lasts. */
    static final Duration FAULT = Duration.ofSeconds(Integer.getInteger("concord.fault.seconds", 2));

    final OwnRedis redis = OwnRedis.start();
    final List<Instance> all = new ArrayList<>();

    /** That many, started; {@code shared} when one PostgreSQL keeps the rooms of all. */
    Instances(Path home, int count, boolean shared, long seed) {
        this(home, count, shared, seed, server -> {});
    }

    /** The same, each with more settings. */
    Instances(Path home, int count, boolean shared, long seed, Consumer<ServerProcess> more) {
        try {
            start(home, count, shared, seed, more);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void start(Path home, int count, boolean shared, long seed, Consumer<ServerProcess> more) {
        String database = shared ? PostgresForTests.freshDatabase() : "";
        for (int i = 0; i < count; i++) {
            BrokenNetwork toRedis = new BrokenNetwork(redis.port(), seed + i);
            BrokenNetwork toDatabase = null;
            ServerProcess server = new ServerProcess(directory(home, i))
                    .jvm(FAULT.toSeconds() <= 10 ? "-Xmx256m" : "-Xmx1g")
                    .with("REDIS_URL", "redis://127.0.0.1:" + toRedis.port())
                    .with("CONCORD_PRESENCE_SECONDS", "3");
            if (shared) {
                URI address = URI.create(database.replaceFirst("^jdbc:", ""));
                toDatabase = new BrokenNetwork(address.getPort() < 0 ? 5432 : address.getPort(), seed - i);
                server.with("DATABASE_URL", database.replaceFirst("@[^/]*/", "@127.0.0.1:" + toDatabase.port() + "/"));
            }
            more.accept(server);
            all.add(new Instance(server, toRedis, toDatabase));
        }
        CompletableFuture.allOf(all.stream()
                        .map(instance -> CompletableFuture.runAsync(instance.server::start))
                        .toArray(CompletableFuture[]::new))
                .join();
        all.forEach(instance -> Await.until("ready", () -> isReady(instance.server)));
    }

    static boolean isReady(ServerProcess server) {
        return server.get("/readyz").statusCode() == 200;
    }

    ServerProcess server(int index) {
        return all.get(index).server;
    }

    /** The metric's sum over all instances. */
    double metric(String name) {
        return all.stream()
                .mapToDouble(instance -> instance.server.metric(name))
                .sum();
    }

    private static Path directory(Path home, int index) {
        try {
            return Files.createDirectories(home.resolve("instance-" + index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        all.forEach(instance -> {
            instance.server.close();
            instance.toRedis.close();
            if (instance.toDatabase != null) {
                instance.toDatabase.close();
            }
        });
        redis.close();
    }
}
