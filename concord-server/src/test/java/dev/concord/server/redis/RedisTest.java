package dev.concord.server.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.cluster.PresenceBoard;
import dev.concord.testing.Await;
import dev.concord.testing.network.BrokenNetwork;
import dev.concord.testing.redis.OwnRedis;
import dev.concord.testing.redis.RedisForTests;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class RedisTest {
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final String channel = "room:" + UUID.randomUUID();
    private final String roomId = channel.substring("room:".length());

    /** A clock that stands until it is moved, in the far future: Redis deletes at once what has expired by its own clock. */
    private static final class HandClock extends Clock {
        private final AtomicLong now = new AtomicLong(4_000_000_000_000L);

        @Override
        public ZoneId getZone() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
        }
    }

    private final HandClock clock = new HandClock();

    private Redis open(String url, String instance) {
        Redis redis = new Redis(URI.create(url), false, instance, clock);
        toClose.add(redis);
        return redis;
    }

    private Redis connected(String url, String instance) {
        Redis redis = open(url, instance);
        await(() -> redis.bus().isConnected());
        return redis;
    }

    private BlockingQueue<String> subscribe(Redis redis) {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        redis.bus().subscribe(channel, message -> received.add(new String(message, UTF_8)));
        return received;
    }

    private void say(Redis redis, String message) {
        redis.bus().publish(channel, message.getBytes(UTF_8));
    }

    /** Sends something until it is received, which shows that the channel is open. */
    private void open(Redis from, BlockingQueue<String> received) throws InterruptedException {
        do {
            say(from, "open?");
        } while (received.poll(50, TimeUnit.MILLISECONDS) == null);
        say(from, "open.");
        while (!"open.".equals(received.poll(60, TimeUnit.SECONDS))) {
            // The questions that were on their way.
        }
    }

    private static void await(BooleanSupplier condition) {
        Await.until("what Redis brings or loses", condition);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
    }

    /** Nothing answers at the address, so that the link is connecting most of the time; the moments are spread over the first millisecond. */
    @Test
    void aLinkThatIsClosedWhileItConnectsLeavesNoThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 500; i++) {
            Redis redis = new Redis(URI.create("redis://127.0.0.1:1"), false, "a", clock);
            long moment = System.nanoTime() + i * 2_000L;
            while (System.nanoTime() < moment) {
                Thread.onSpinWait();
            }
            redis.close();
        }
        Await.equal(
                "the threads that are left",
                List.of(),
                () -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("lettuce") || name.startsWith("concord-redis"))
                        .toList());
    }

    @Test
    void aLinkGoesOnAfterAnError() throws Exception {
        AtomicInteger prepared = new AtomicInteger();
        CountDownLatch ready = new CountDownLatch(1);
        RedisLink link = new RedisLink(
                URI.create(RedisForTests.url()),
                false,
                made -> {
                    if (prepared.getAndIncrement() == 0) {
                        throw new LinkageError("planted");
                    }
                },
                ready::countDown);
        toClose.add(link);
        link.start();
        assertTrue(ready.await(60, TimeUnit.SECONDS), "connected no second time");
    }

    @Test
    void whatOneInstanceSaysTheOthersHearInOrderUntilTheyUnsubscribe() throws Exception {
        Redis a = connected(RedisForTests.url(), "a");
        Redis b = connected(RedisForTests.url(), "b");
        BlockingQueue<String> received = subscribe(b);
        open(a, received);
        for (int i = 0; i < 1000; i++) {
            say(a, "message " + i);
        }
        for (int i = 0; i < 1000; i++) {
            assertEquals("message " + i, received.poll(60, TimeUnit.SECONDS));
        }
        assertTrue(a.published() >= 1000);
        assertTrue(b.received() >= 1000);
        assertEquals(0, a.lost());

        b.bus().unsubscribe(channel);
        BlockingQueue<String> other = new LinkedBlockingQueue<>();
        b.bus().subscribe("rooms", message -> other.add(new String(message, UTF_8)));
        do {
            say(a, "for nobody");
            a.bus().publish("rooms", "for all".getBytes(UTF_8));
        } while (other.poll(50, TimeUnit.MILLISECONDS) == null);
        assertEquals(0, received.stream().filter("for nobody"::equals).count());
    }

    @Test
    void aRedisThatIsAwayAtTheStartIsConnectedWhenItComes() throws Exception {
        try (OwnRedis own = OwnRedis.start()) {
            own.stop();
            Redis a = open(own.url(), "a");
            BlockingQueue<String> received = subscribe(a);
            say(a, "lost");
            assertFalse(a.bus().isConnected());
            assertEquals(1, a.lost());
            own.restart();
            await(() -> a.bus().isConnected());
            open(a, received);
        }
    }

    @Test
    void aRestartedRedisIsSubscribedAgainOnAllChannelsAndTheListenerIsNotifiedEachTime() throws Exception {
        try (OwnRedis own = OwnRedis.start()) {
            AtomicInteger connections = new AtomicInteger();
            Redis a = open(own.url(), "a");
            a.bus().onConnected(connections::incrementAndGet);
            BlockingQueue<String> received = subscribe(a);
            await(() -> a.bus().isConnected());
            open(a, received);
            int before = connections.get();
            own.stop();
            await(() -> !a.bus().isConnected());
            own.restart();
            await(() -> connections.get() > before);
            say(a, "again");
            assertEquals("again", received.poll(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aConnectionThatFallsSilentIsGivenUpAndMadeAnew() throws Exception {
        try (OwnRedis own = OwnRedis.start();
                BrokenNetwork network = new BrokenNetwork(own.port(), 1)) {
            Redis a = connected("redis://127.0.0.1:" + network.port(), "a");
            BlockingQueue<String> received = subscribe(a);
            open(a, received);
            network.silence();
            await(() -> !a.bus().isConnected());
            network.mend();
            await(() -> a.bus().isConnected());
            open(a, received);
        }
    }

    @Test
    void droppedMessagesAreDroppedAndTheOthersAreNot() throws Exception {
        try (OwnRedis own = OwnRedis.start();
                BrokenNetwork network = new BrokenNetwork(own.port(), 1)) {
            Redis a = connected(own.url(), "a");
            Redis b = connected("redis://127.0.0.1:" + network.port(), "b");
            BlockingQueue<String> received = subscribe(b);
            open(a, received);
            network.drop(0.2);
            for (int i = 0; i < 2000; i++) {
                say(a, "x");
            }
            // After all of them, and dropped now and then itself.
            do {
                say(a, "end");
            } while (!received.contains("end"));
            long came = received.stream().filter("x"::equals).count();
            assertTrue(came > 1000 && came < 2000, () -> "received " + came + " of 2000");
            assertTrue(b.bus().isConnected());
        }
    }

    @Test
    void aPasswordIsNeededAndGiven() throws Exception {
        try (OwnRedis own = OwnRedis.start("--requirepass", "s3cret")) {
            Redis without = open(own.url(), "a");
            Redis with = connected("redis://:s3cret@127.0.0.1:" + own.port(), "b");
            BlockingQueue<String> received = subscribe(with);
            open(with, received);
            assertFalse(without.bus().isConnected());
        }
    }

    @Test
    void presenceIsASortedSetByExpiryAndEverybodyIsListedAtOnce() {
        Redis a = connected(RedisForTests.url(), "a");
        Redis b = connected(RedisForTests.url(), "b");
        PresenceBoard board = a.board();
        board.show(
                roomId,
                List.of(
                        new PresenceBoard.Entry("a:1", "kerim", "{1}".getBytes(UTF_8), Duration.ofSeconds(15)),
                        new PresenceBoard.Entry("a:2", "Zoë 1 2 \n", "{2}".getBytes(UTF_8), Duration.ofSeconds(5))));
        await(() -> list(b).size() == 2);
        try (RedisClient client = RedisClient.create(RedisForTests.url())) {
            RedisCommands<String, String> commands = client.connect().sync();
            List<ScoredValue<String>> scores = commands.zrangeWithScores("presence:" + roomId, 0, -1);
            assertEquals(
                    List.of(
                            ScoredValue.just((double) (clock.now.get() + 5_000), "Zoë 1 2 \n"),
                            ScoredValue.just((double) (clock.now.get() + 15_000), "kerim")),
                    scores);
            // Somebody else's heartbeat, of whom nothing more is known.
            commands.zadd("presence:" + roomId, (double) (clock.now.get() + 7_000), "stranger");
        }
        assertEquals(List.of(" stranger  7", "a:1 kerim {1} 15", "a:2 Zoë 1 2 \n {2} 5"), list(b));

        clock.now.addAndGet(5_000);
        assertEquals(List.of(" stranger  2", "a:1 kerim {1} 10"), list(b));
        try (RedisClient client = RedisClient.create(RedisForTests.url())) {
            RedisCommands<String, String> commands = client.connect().sync();
            assertEquals(2, commands.zcard("presence:" + roomId), "swept");
            await(() -> commands.hlen("{presence:" + roomId + "}:shown") == 1);
        }

        board.remove(roomId, "a:1", "kerim");
        await(() -> list(b).equals(List.of(" stranger  2")));
        clock.now.addAndGet(2_000);
        assertEquals(List.of(), list(b));
    }

    private List<String> list(Redis redis) {
        return redis.board().list(roomId).toCompletableFuture().join().stream()
                .map(entry -> entry.id() + " " + entry.user() + " " + new String(entry.payload(), UTF_8) + " "
                        + entry.left().toSeconds())
                .sorted()
                .toList();
    }

    @Test
    void aBoardThatIsAwaySaysSoAndNothingBlocks() {
        try (OwnRedis own = OwnRedis.start()) {
            own.stop();
            Redis a = open(own.url(), "a");
            a.board().show(roomId, List.of(new PresenceBoard.Entry("a:1", "u", new byte[0], Duration.ofSeconds(1))));
            a.board().remove(roomId, "a:1", "u");
            org.junit.jupiter.api.Assertions.assertThrows(
                    CompletionException.class,
                    () -> a.board().list(roomId).toCompletableFuture().join());
        }
    }

    @Test
    void aValueOfTheHashThatNobodyHereWroteIsNotAnEntry() {
        for (String bad : List.of("", "x", "12", "12 ", "12 3", "12 99 ab", "1234567890123456 1 a", "-1 0 ")) {
            assertEquals(null, ShownEntry.read(bad.getBytes(UTF_8)), bad);
        }
        ShownEntry entry = ShownEntry.read(new ShownEntry(7, "é", new byte[] {1, 2}).write());
        assertEquals("é", entry.user());
        assertEquals(7, entry.expiry());
        assertEquals(2, entry.payload().length);
    }

    @Test
    void theVersionOfTheServerIsReadFromItsInfo() {
        assertEquals(7, RedisLink.majorVersion("# Server\r\nredis_version:7.0.15\r\nos:Linux\r\n"));
        assertEquals(0, RedisLink.majorVersion("# Server\r\nsomething:else\r\n"));
    }
}
