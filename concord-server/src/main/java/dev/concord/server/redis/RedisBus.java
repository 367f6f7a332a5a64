package dev.concord.server.redis;

import dev.concord.server.cluster.Bus;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Redis pub/sub; in a cluster that has it, sharded. */
final class RedisBus implements Bus {
    private static final Logger LOG = LoggerFactory.getLogger(RedisBus.class);

    private final String instance;
    private final Map<String, Consumer<byte[]>> receivers = new ConcurrentHashMap<>();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private volatile Runnable onConnected = () -> {};
    private final Supplier<RedisLink.@Nullable Live> live;
    private final BiConsumer<RedisLink.Live, Throwable> suspect;

    /** A bus on whatever connections {@code live} gives; those that fail to listen are handed to {@code suspect}. */
    RedisBus(String instance, Supplier<RedisLink.@Nullable Live> live, BiConsumer<RedisLink.Live, Throwable> suspect) {
        this.instance = instance;
        this.live = live;
        this.suspect = suspect;
    }

    /** Subscribes to all channels on new connections, on the link's thread. */
    void prepare(RedisLink.Live made) {
        StatefulRedisPubSubConnection<String, byte[]> listening = made.listening();
        if (listening instanceof StatefulRedisClusterPubSubConnection<String, byte[]> clustered) {
            // Else a sharded message, which comes on a connection to the slot's own node, is not seen here.
            clustered.setNodeMessagePropagation(true);
        }
        listening.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, byte[] message) {
                deliver(channel, message);
            }

            @Override
            public void smessage(String channel, byte[] message) {
                deliver(channel, message);
            }
        });
        // A subscribe() that comes now goes out by itself; those from before are sent here.
        List<RedisFuture<Void>> answers = new ArrayList<>();
        for (String channel : receivers.keySet()) {
            answers.add(subscribe(made, channel));
        }
        try {
            for (RedisFuture<Void> answer : answers) {
                RedisLink.await(answer);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    void connected() {
        onConnected.run();
    }

    /** Messages handed to Redis since the start. */
    long published() {
        return published.get();
    }

    /** Messages that had no connection to go out on, or were refused. */
    long lost() {
        return lost.get();
    }

    /** Messages that came, own ones included. */
    long received() {
        return received.get();
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public void subscribe(String channel, Consumer<byte[]> receiver) {
        receivers.put(channel, receiver);
        RedisLink.Live now = live.get();
        if (now != null) {
            subscribe(now, channel).whenComplete((subscribed, failure) -> {
                if (failure != null) {
                    suspect.accept(now, failure);
                }
            });
        }
    }

    @Override
    public void unsubscribe(String channel) {
        receivers.remove(channel);
        RedisLink.Live now = live.get();
        if (now != null) {
            if (now.sharded()) {
                now.listening().async().sunsubscribe(channel);
            } else {
                now.listening().async().unsubscribe(channel);
            }
        }
    }

    @Override
    public CompletionStage<Long> publish(String channel, byte[] message) {
        RedisLink.Live now = live.get();
        if (now == null) {
            lost.incrementAndGet();
            return CompletableFuture.completedFuture(0L);
        }
        published.incrementAndGet();
        RedisFuture<Long> sent = now.sharded()
                ? now.commands().spublish(channel, message)
                : now.commands().publish(channel, message);
        return sent.exceptionally(failure -> {
            lost.incrementAndGet();
            return 0L;
        });
    }

    @Override
    public boolean isConnected() {
        return live.get() != null;
    }

    @Override
    public void onConnected(Runnable listener) {
        onConnected = listener;
    }

    private static RedisFuture<Void> subscribe(RedisLink.Live on, String channel) {
        return on.sharded()
                ? on.listening().async().ssubscribe(channel)
                : on.listening().async().subscribe(channel);
    }

    private void deliver(String channel, byte[] message) {
        received.incrementAndGet();
        Consumer<byte[]> receiver = receivers.get(channel);
        if (receiver != null) {
            try {
                receiver.accept(message);
            } catch (RuntimeException | Error fault) {
                LOG.error("a message on channel {} could not be delivered", channel, fault);
            }
        }
    }
}
