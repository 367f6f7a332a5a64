package dev.concord.server.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to Redis, one for commands and one that listens, made, and made again, by a thread of its own for as long as it takes. The
 * client's own reconnecting is off: a first connection, a cut one and a silent one are then one and the same case.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    /** For connecting, and for an answer before a connection counts as dead. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Between two looks at the connections, and between two attempts to connect. */
    private static final Duration BEAT = Duration.ofMillis(250);
    /** Commands without an answer yet, after which more are refused: what a stalled Redis may cost in memory. */
    private static final int MAX_QUEUED = 20_000;
    /** The first version with sharded pub/sub. */
    private static final int SHARDED_SINCE = 7;

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /**
     * Two connections that work, as far as is known.
     *
     * @param sharded whether channels belong to slots
     */
    record Live(
            StatefulConnection<String, byte[]> commandConnection,
            RedisClusterAsyncCommands<String, byte[]> commands,
            StatefulRedisPubSubConnection<String, byte[]> listening,
            boolean sharded) {}

    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final @Nullable RedisURI single;
    private final ScheduledExecutorService keeper;
    private final Consumer<Live> prepare;
    private final Runnable ready;
    private volatile @Nullable Live live;
    private volatile boolean closed;
    private boolean complained;

    /** Prepares each new pair of connections, on this link's thread, then calls {@code ready}; connects in the background. */
    RedisLink(URI address, boolean cluster, Consumer<Live> prepare, Runnable ready) {
        this.prepare = prepare;
        this.ready = ready;
        // First: an address that cannot be used must not leave threads behind.
        List<RedisURI> seeds = cluster ? RedisClusterURIUtil.toRedisURIs(address) : List.of(RedisURI.create(address));
        seeds.forEach(seed -> seed.setTimeout(PATIENCE));
        this.resources = ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        SocketOptions socket = SocketOptions.builder()
                .connectTimeout(PATIENCE)
                .tcpNoDelay(true)
                .keepAlive(true)
                .build();
        if (cluster) {
            RedisClusterClient clustered = RedisClusterClient.create(resources, seeds);
            ClusterClientOptions.Builder options = ClusterClientOptions.builder();
            configure(options, socket);
            // Its connections to single nodes are made when they are needed, and come and go: that is the client's to
            // look after.
            options.autoReconnect(true).disconnectedBehavior(ClientOptions.DisconnectedBehavior.DEFAULT);
            clustered.setOptions(options.build());
            this.client = clustered;
            this.single = null;
        } else {
            RedisClient plain = RedisClient.create(resources);
            ClientOptions.Builder options = ClientOptions.builder();
            configure(options, socket);
            plain.setOptions(options.build());
            this.client = plain;
            this.single = seeds.get(0);
        }
        this.keeper = new ScheduledThreadPoolExecutor(1, RedisLink::thread) {
            @Override
            protected void terminated() {
                closeClient();
            }
        };
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "concord-redis");
        thread.setDaemon(true);
        return thread;
    }

    private static void configure(ClientOptions.Builder options, SocketOptions socket) {
        options.autoReconnect(false)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .requestQueueSize(MAX_QUEUED)
                .socketOptions(socket)
                .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
    }

    /** Begins to connect; to be called once. */
    void start() {
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                Live now = live;
                if (now != null && !closed && single != null) {
                    keeper.execute(() -> lose(now, "the connection was cut"));
                }
            }
        });
        keeper.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The connections, or null while there are none. */
    @Nullable
    Live live() {
        return live;
    }

    @Override
    public void close() {
        closed = true;
        live = null;
        keeper.shutdownNow();
    }

    /** Only once the keeper is at its end: a client that is closed while it connects keeps a thread for good. */
    private void closeClient() {
        client.shutdownAsync(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((stopped, failure) -> resources.shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void beat() {
        try {
            Live now = live;
            if (now == null) {
                connect();
            } else {
                check(now);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error fault) {
            // An executor repeats nothing that has thrown.
            if (!closed) {
                complain(fault);
            }
        }
    }

    private void connect() throws InterruptedException {
        StatefulConnection<String, byte[]> first = null;
        StatefulRedisPubSubConnection<String, byte[]> second = null;
        try {
            RedisClusterAsyncCommands<String, byte[]> commands;
            boolean sharded = false;
            if (client instanceof RedisClusterClient clustered) {
                clustered.refreshPartitions();
                var connection = clustered.connect(CODEC);
                first = connection;
                commands = connection.async();
                second = clustered.connectPubSub(CODEC);
                sharded = majorVersion(await(commands.info("server"))) >= SHARDED_SINCE;
            } else {
                var connection = ((RedisClient) client).connect(CODEC, single);
                first = connection;
                commands = connection.async();
                second = ((RedisClient) client).connectPubSub(CODEC, single);
            }
            Live made = new Live(first, commands, second, sharded);
            live = made;
            // Asked after live is set, since closing sets the two in the other order: one of them sees the other.
            if (closed) {
                live = null;
                abandon(first);
                abandon(second);
                return;
            }
            prepare.accept(made);
            if (!first.isOpen() || !second.isOpen()) {
                lose(made, "the connection was cut at once");
                return;
            }
            complained = false;
            LOG.info("connected to Redis{}", sharded ? ", sharded pub/sub" : "");
            ready.run();
        } catch (RuntimeException | Error fault) {
            live = null;
            abandon(first);
            abandon(second);
            throw fault;
        }
    }

    /** Something failed that must not: connects again. */
    void suspect(Live suspected, Throwable failure) {
        if (!closed) {
            keeper.execute(() -> lose(suspected, reason(failure)));
        }
    }

    private void check(Live now) throws InterruptedException {
        // Both asked at once: what matters is that either of them answers at all.
        RedisFuture<String> listening = now.listening().async().ping();
        RedisFuture<String> commanding = now.commands().ping();
        try {
            await(listening);
            await(commanding);
        } catch (RuntimeException silent) {
            lose(now, "it does not answer: " + silent.getMessage());
        }
    }

    /** The answer, or an exception when there is none in time. Only on this link's thread. */
    static <T> T await(RedisFuture<T> answer) throws InterruptedException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + PATIENCE.toMillis() + " ms", e);
        }
    }

    private void lose(Live lost, String why) {
        if (lost.equals(live)) {
            live = null;
            LOG.warn("Redis is down, continuing without it: {}", why);
            complained = true;
            abandon(lost.commandConnection());
            abandon(lost.listening());
        }
    }

    private void complain(Throwable fault) {
        if (!complained) {
            complained = true;
            if (fault instanceof Error) {
                LOG.error("connecting to Redis failed, continuing without it", fault);
            } else {
                LOG.warn("Redis cannot be reached, continuing without it: {}", reason(fault));
            }
        }
    }

    private static String reason(Throwable fault) {
        Throwable deepest = fault;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }

    private static void abandon(@Nullable StatefulConnection<?, ?> connection) {
        if (connection != null) {
            connection.closeAsync();
        }
    }

    static int majorVersion(String info) {
        return info.lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring("redis_version:".length()).strip())
                .map(version -> version.substring(0, Math.max(0, version.indexOf('.'))))
                .filter(major -> !major.isEmpty() && major.chars().allMatch(c -> c >= '0' && c <= '9'))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }
}
