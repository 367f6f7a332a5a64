package dev.concord.server;

import dev.concord.crdt.Operation;
import dev.concord.crdt.Sites;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.server.config.RedisAddress;
import dev.concord.server.config.RetentionLimits;
import dev.concord.server.history.Catalogue;
import dev.concord.server.history.History;
import dev.concord.server.history.Purge;
import dev.concord.server.history.Retention;
import dev.concord.server.http.HttpServer;
import dev.concord.server.http.RoomKeeping;
import dev.concord.server.metrics.ServerMetrics;
import dev.concord.server.redis.Redis;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.room.Wings;
import dev.concord.server.room.log.StoreLogs;
import dev.concord.server.room.peers.RoomLocator;
import dev.concord.server.room.peers.RoomPeers;
import dev.concord.server.room.presence.PresenceRounds;
import dev.concord.store.OpLog;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: puts the parts together, and takes them apart in the right order. */
public final class ConcordServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConcordServer.class);
    /** Loading, compaction and checks; each mostly waits for the store, which has its own small pools. */
    private static final int IO_THREADS = 4;
    /** Reading large documents; so few that what they hold meanwhile stays small. */
    private static final int READERS = 2;
    /** How often the logs are looked at for what other servers appended; one query for all rooms. */
    private static final Duration CATCH_UP = Duration.ofSeconds(1);
    /** How often the decisions of other servers are looked for: they count within a second. */
    private static final Duration RIGHTS = Duration.ofMillis(500);
    /** How often published keys of tokens are read: for so long one that was withdrawn may count. */
    private static final Duration KEYS = Duration.ofMinutes(5);

    /** When the store is looked at first for what was kept long enough. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(30);

    private final Config config;
    private final HttpServer http;
    private final RoomStore store;
    private final OpLog opLog;
    private final RoomDirectory rooms;
    private final History history;
    private final ExecutorService io;
    private final ExecutorService readers;
    private final ScheduledExecutorService sweeper;
    private final @Nullable Redis redis;
    private final AiParts ai;
    private final RightsParts rights;
    private final int port;
    private boolean closed;

    /** Opens one part after the other; whoever calls closes what was opened when this throws. */
    private ConcordServer(Config config, Supplier<? extends RoomStore> opener, Opened opened) throws IOException {
        this.config = config;
        this.io = opened.add(
                "threads", Executors.newFixedThreadPool(IO_THREADS, threads("concord-io")), ConcordServer::endNow);
        this.readers = opened.add(
                "readers", Executors.newFixedThreadPool(READERS, threads("concord-reader")), ConcordServer::endNow);
        // The store and the event loops take about the same time to start.
        CompletableFuture<RoomStore> opening = opened.add(
                "opening of the store", CompletableFuture.supplyAsync(opener::get, io), ConcordServer::closeOnceOpen);
        ServerMetrics metrics = new ServerMetrics();
        this.http = opened.add("event loops", new HttpServer(config, metrics::upgradeRefused), HttpServer::close);
        this.store = opened.add("store", join(opening), kept -> {});
        this.opLog = opened.add("op log", OpLog.start(store), OpLog::close);
        this.sweeper = opened.add(
                "sweeper",
                Executors.newSingleThreadScheduledExecutor(threads("concord-sweeper")),
                ConcordServer::endNow);
        metrics.gauge("concord.oplog.pending", "ops that wait for their commit", opLog::pendingOps);
        metrics.gauge("concord.oplog.pending.bytes", "size of the ops that wait", opLog::pendingBytes);
        metrics.gauge("concord.store.healthy", "1 while the store takes ops", () -> opLog.healthy() ? 1 : 0);
        metrics.gauge("concord.input.bytes", "unfinished frames and bodies", http.input()::bytes);
        metrics.count(
                "concord.rooms.refused",
                "rooms that were not created because of the bounds of an hour",
                http.newRooms()::refused);
        metrics.gauge("concord.answers.bytes", "long HTTP answers that wait to be taken", http::answerBytes);
        metrics.count(
                "concord.input.shed",
                "connections closed because too much unfinished input was held",
                http.input()::shed);
        this.redis = config.redis()
                .map(address -> opened.add("Redis", connect(address), Redis::close))
                .orElse(null);
        Cluster cluster = cluster(metrics);
        RoomLocator locator = new RoomLocator(cluster);
        this.rooms = new RoomDirectory(
                store,
                opLog,
                io,
                http.loops(),
                http.frames(),
                metrics,
                config.limits(),
                new Wings(
                        new StoreLogs(store, io, config.limits().history()),
                        PresenceRounds::new,
                        (context, room) -> new RoomPeers(cluster, context, room),
                        locator,
                        this::keepWhatWasDeleted,
                        readers));
        locator.answerFrom(rooms);
        this.history = opened.add(
                "history",
                new History(store, opLog, rooms, config.limits().history(), threads("concord-history")),
                History::close);
        this.ai = new AiParts(config.ai(), store, rooms, AiParts.capturingWith(history), metrics, opened);
        metrics.gauge("concord.embeddings.waiting", "rooms that wait for their vector", ai::waitingEmbeddings);
        this.rights = new RightsParts(config.auth(), store.accessRows(), io);
        this.port = http.listen(
                rooms,
                rights.access(),
                rights.administration(),
                metrics::scrape,
                this::readiness,
                history,
                new RoomKeeping(
                        new Catalogue(store.catalogue(), io), new Purge(store, opLog, io, rooms::snapshotStored)),
                ai.services(),
                io,
                readers);
        opened.add("port", http, HttpServer::stopAccepting);
        schedule(cluster);
        opened.add("schedule", sweeper, ConcordServer::endNow);
        ai.announce();
    }

    private void keepWhatWasDeleted(RoomContext context, Operation.Delete first, int characters) {
        history.keepBefore(context.id(), context.epoch(), first);
    }

    private void schedule(Cluster cluster) {
        Duration sweep = config.limits().rooms().unloadAfter().dividedBy(2).plusMillis(500);
        if (store.isShared()) {
            cluster.bus().onConnected(this::catchUpSoon);
            sweeper.scheduleWithFixedDelay(
                    guarded("reading who may do what", () -> io.execute(rights::refresh)),
                    RIGHTS.toMillis(),
                    RIGHTS.toMillis(),
                    TimeUnit.MILLISECONDS);
            sweeper.scheduleWithFixedDelay(
                    guarded("catching up", this::catchUp),
                    CATCH_UP.toMillis(),
                    CATCH_UP.toMillis(),
                    TimeUnit.MILLISECONDS);
        } else {
            cluster.bus().onConnected(rooms::compareAll);
        }
        sweeper.scheduleWithFixedDelay(
                guarded("reading the keys of tokens", rights::refreshKeys),
                KEYS.toMillis(),
                KEYS.toMillis(),
                TimeUnit.MILLISECONDS);
        RetentionLimits kept = config.limits().history().retention();
        if (kept.isOn()) {
            Retention retention = retention(kept, System::currentTimeMillis);
            sweeper.scheduleWithFixedDelay(
                    () -> io.execute(guarded("deleting what was kept long enough", retention::run)),
                    FIRST_LOOK.toMillis(),
                    kept.interval().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        sweeper.scheduleAtFixedRate(
                guarded("sweeping", rooms::sweep), sweep.toMillis(), sweep.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What deletes by itself, for a test with a clock of its own as well. */
    Retention retention(RetentionLimits kept, LongSupplier clock) {
        return new Retention(store, rooms, kept, clock);
    }

    /**
     * Starts a server on the store that the configuration asks for.
     *
     * @param config where to listen and where to keep rooms
     * @return the server, listening
     * @throws IOException when the port cannot be opened
     * @throws ConfigException when the address of the store cannot be read
     * @throws StoreException when the store cannot be opened
     */
    public static ConcordServer start(Config config) throws IOException, ConfigException {
        return start(config, Stores.of(config));
    }

    /** Starts a server on any store; it is opened on another thread, and closed with the server. */
    static ConcordServer start(Config config, Supplier<? extends RoomStore> opener) throws IOException {
        return start(config, opener, step -> {});
    }

    /**
     * The same, watched.
     *
     * @param steps is given the name of each part once it is open; what it throws fails the start
     */
    static ConcordServer start(Config config, Supplier<? extends RoomStore> opener, Consumer<String> steps)
            throws IOException {
        Opened opened = new Opened(steps);
        try {
            return new ConcordServer(config, opener, opened);
        } catch (IOException | RuntimeException | Error failure) {
            opened.closeAfter(failure);
            throw failure;
        }
    }

    private static RoomStore join(CompletableFuture<RoomStore> opening) {
        try {
            return opening.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException reason) {
                throw reason;
            }
            throw e;
        }
    }

    /** Closes a store that is being opened, as soon as it is open. */
    private static void closeOnceOpen(CompletableFuture<RoomStore> opening) {
        RoomStore store;
        try {
            store = opening.join();
        } catch (CompletionException | CancellationException neverOpened) {
            return;
        }
        store.close();
    }

    private static void endNow(ExecutorService threads) {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(until(System.nanoTime()).toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("threads of a server that failed to start are still running");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The port that is listened on.
     *
     * @return the configured one, or the free one that was taken
     */
    public int port() {
        return port;
    }

    /**
     * The key of a link for the administrator, when this server was the first on its store.
     *
     * @return null when there is none to be shown
     */
    public @Nullable String firstKey() {
        return rights.firstKey();
    }

    /**
     * Stops gracefully: takes no more connections, sends the members away, flushes the log, compacts the log of every changed room, and closes the
     * store; within the configured deadline. What the deadline cuts off was not acknowledged, or is in the log.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        long end = System.nanoTime() + config.limits().shutdown().toNanos();
        Closing closing = new Closing();
        closing.step(http::stopAccepting);
        closing.step(sweeper::shutdownNow);
        closing.step(ai::close);
        closing.step(history::close);
        closing.step(() -> shutDownRooms(until(end)));
        if (redis != null) {
            closing.step(redis::close);
        }
        // Before the loops, which its callbacks need.
        closing.step(() -> closeLog(until(end)));
        closing.step(() -> http.close(until(end)));
        closing.step(readers::shutdownNow);
        closing.step(() -> endIo(until(end)));
        closing.step(store::close);
        LOG.info("stopped");
        closing.end();
    }

    private void shutDownRooms(Duration deadline) {
        try {
            rooms.shutDown(deadline).join();
        } catch (CompletionException e) {
            LOG.warn("not everything was stored before the deadline: {}", e.toString());
        }
    }

    private void closeLog(Duration deadline) {
        OpLog.Unflushed left = opLog.close(deadline);
        if (left.ops() > 0) {
            LOG.error(
                    "{} ops ({} bytes) are not known to be stored; they were not acknowledged",
                    left.ops(),
                    left.bytes());
        }
    }

    private void endIo(Duration deadline) {
        io.shutdown();
        try {
            if (!io.awaitTermination(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                io.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            io.shutdownNow();
        }
    }

    /** What is left of the time, and a little more for steps that only tidy up. */
    private static Duration until(long endNanos) {
        return Duration.ofNanos(Math.max(Duration.ofMillis(200).toNanos(), endNanos - System.nanoTime()));
    }

    private void catchUpSoon() {
        try {
            sweeper.execute(this::catchUp);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("Redis is back while the server stops");
        }
    }

    private static Redis connect(RedisAddress address) {
        return new Redis(address.uri(), address.cluster(), Sites.random(new SecureRandom()), Clock.systemUTC());
    }

    private Cluster cluster(ServerMetrics metrics) {
        if (redis == null) {
            return Cluster.solo();
        }
        Redis connected = redis;
        metrics.gauge(
                "concord.redis.healthy",
                "1 while Redis answers",
                () -> connected.bus().isConnected() ? 1 : 0);
        metrics.count("concord.bus.published", "messages handed to Redis", connected::published);
        metrics.count("concord.bus.received", "messages from Redis, own ones included", connected::received);
        metrics.count("concord.bus.lost", "messages that could not be handed to Redis", connected::lost);
        return new Cluster(
                connected.bus(),
                connected.board(),
                store.isShared() ? Cluster.Reach.SHARED_STORE : Cluster.Reach.SEPARATE_STORES);
    }

    private void catchUp() {
        try {
            rooms.catchUpAll().get();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | RejectedExecutionException e) {
            LOG.debug("the logs could not be checked, trying again: {}", e.toString());
        }
    }

    /** A task whose failure costs this one time, and not all that would follow: an executor repeats nothing that has thrown. */
    static Runnable guarded(String name, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error fault) {
                LOG.error("{} failed, trying again", name, fault);
            }
        };
    }

    private CompletableFuture<String> readiness() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        store.ping();
                    } catch (StoreException e) {
                        return "the store does not answer";
                    }
                    if (!opLog.healthy()) {
                        return "the store accepts no ops";
                    }
                    return redis == null || redis.bus().isConnected() ? "" : "Redis does not answer";
                },
                io);
    }

    static ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
