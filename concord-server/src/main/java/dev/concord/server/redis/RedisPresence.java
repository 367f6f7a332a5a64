package dev.concord.server.redis;

import dev.concord.server.cluster.PresenceBoard;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Presence in Redis. {@code presence:{room}} is a sorted set of users by expiry in Unix milliseconds. Beside it is a hash with what each
 * connection shows, its expiry in front; its key carries the set's name in braces, so that a Redis cluster keeps both in one place. Both
 * keys expire with their last entry.
 */
final class RedisPresence implements PresenceBoard {
    private final Supplier<RedisLink.@Nullable Live> live;
    private final Clock clock;

    RedisPresence(Supplier<RedisLink.@Nullable Live> live, Clock clock) {
        this.live = live;
        this.clock = clock;
    }

    @Override
    @SuppressWarnings("unchecked") // an array of scored values for a variable number of them
    public void show(String roomId, Collection<Entry> entries) {
        RedisLink.Live now = live.get();
        if (now == null || entries.isEmpty()) {
            return;
        }
        Map<String, Long> users = new HashMap<>();
        Map<String, byte[]> payloads = new HashMap<>();
        long last = 0;
        for (Entry entry : entries) {
            long expiry = clock.millis() + entry.left().toMillis();
            last = Math.max(last, expiry);
            users.merge(entry.user(), expiry, Math::max);
            payloads.put(entry.id(), new ShownEntry(expiry, entry.user(), entry.payload()).write());
        }
        ScoredValue<byte[]>[] scores = users.entrySet().stream()
                .map(user -> ScoredValue.just((double) user.getValue(), utf8(user.getKey())))
                .toArray(ScoredValue[]::new);
        RedisClusterAsyncCommands<String, byte[]> commands = now.commands();
        commands.zadd(users(roomId), scores);
        commands.pexpireat(users(roomId), last);
        commands.hset(payloads(roomId), payloads);
        commands.pexpireat(payloads(roomId), last);
    }

    @Override
    public void remove(String roomId, String id, String user) {
        RedisLink.Live now = live.get();
        if (now == null) {
            return;
        }
        if (!user.isEmpty()) {
            now.commands().zrem(users(roomId), utf8(user));
        }
        now.commands().hdel(payloads(roomId), id);
    }

    @Override
    public void clear(String roomId) {
        RedisLink.Live now = live.get();
        if (now != null) {
            // One by one: in a cluster they may be in different places.
            now.commands().del(users(roomId));
            now.commands().del(payloads(roomId));
        }
    }

    @Override
    public CompletionStage<List<Entry>> list(String roomId) {
        RedisLink.Live now = live.get();
        if (now == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("Redis is away"));
        }
        long time = clock.millis();
        RedisClusterAsyncCommands<String, byte[]> commands = now.commands();
        commands.zremrangebyscore(users(roomId), Range.create(Double.NEGATIVE_INFINITY, (double) time));
        RedisFuture<List<ScoredValue<byte[]>>> users =
                commands.zrangebyscoreWithScores(users(roomId), Range.create((double) time, Double.POSITIVE_INFINITY));
        RedisFuture<Map<String, byte[]>> payloads = commands.hgetall(payloads(roomId));
        return users.thenCombine(payloads, (scored, shown) -> {
            List<String> expired = new ArrayList<>();
            List<Entry> entries = entries(scored, shown, time, expired);
            if (!expired.isEmpty()) {
                commands.hdel(payloads(roomId), expired.toArray(new String[0]));
            }
            return entries;
        });
    }

    /** The connections whose time has not passed, then the users of whom only the set knows. */
    private static List<Entry> entries(
            List<ScoredValue<byte[]>> scored, Map<String, byte[]> shown, long time, List<String> expired) {
        List<Entry> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        shown.forEach((id, value) -> {
            ShownEntry entry = ShownEntry.read(value);
            if (entry == null || entry.expiry() <= time) {
                expired.add(id);
            } else {
                seen.add(entry.user());
                entries.add(new Entry(id, entry.user(), entry.payload(), Duration.ofMillis(entry.expiry() - time)));
            }
        });
        for (ScoredValue<byte[]> user : scored) {
            String name = new String(user.getValue(), StandardCharsets.UTF_8);
            if (seen.add(name)) {
                entries.add(new Entry("", name, new byte[0], Duration.ofMillis((long) user.getScore() - time)));
            }
        }
        return entries;
    }

    private static String users(String roomId) {
        return "presence:" + roomId;
    }

    private static String payloads(String roomId) {
        return "{presence:" + roomId + "}:shown";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
