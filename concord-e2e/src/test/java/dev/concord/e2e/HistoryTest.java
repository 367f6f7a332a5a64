package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.testing.Await;
import dev.concord.testing.postgres.PostgresForTests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Versions of rooms in the packaged server, on every store, while others type and while it is killed. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class HistoryTest {
    private static final int CROWD = Integer.getInteger("concord.crowd", 50);

    @TempDir
    Path home;

    @TempDir
    Path otherHome;

    @ParameterizedTest
    @EnumSource
    void what_is_typed_during_a_restore_is_kept(Backend backend) {
        try (ServerProcess server = backend.server(home).start()) {
            restoreWhileThreeType(server, server);
        }
    }

    @Test
    void two_servers_on_one_database_share_the_history() {
        String database = PostgresForTests.freshDatabase();
        try (ServerProcess one =
                        new ServerProcess(home).with("DATABASE_URL", database).start();
                ServerProcess two = new ServerProcess(otherHome)
                        .with("DATABASE_URL", database)
                        .start()) {
            restoreWhileThreeType(one, two);
        }
    }

    /** Captures on one server, types on both, restores on the other. */
    private void restoreWhileThreeType(ServerProcess one, ServerProcess two) {
        Random random = new Random(Seed.of(HistoryTest.class));
        List<TestClient> clients = new ArrayList<>();
        try {
            for (String site : List.of("x", "y", "z")) {
                ServerProcess server = clients.size() == 1 ? two : one;
                clients.add(new TestClient(site).connect(server.socket("r")));
            }
            clients.get(0).type(0, "The quick brown fox jumps over the lazy dog. ".repeat(20));
            clients.get(0).awaitAcks();
            String first = clients.get(0).text();
            long version = capture(one, "first");
            clients.get(1).awaitText(first);
            for (int i = 0; i < 30; i++) {
                clients.get(1).edit(document -> Typist.change(document, random));
            }
            clients.get(1).awaitAcks();
            String changed = clients.get(1).text();
            clients.forEach(client -> client.awaitText(changed));
            long second = capture(two, "second");
            assertEquals(changed, text(one, second));

            // All three type without knowing of the restore: their connections are down while it is made.
            clients.forEach(TestClient::abort);
            char letter = '\u2460';
            for (TestClient client : clients) {
                client.awaitClose();
                for (int i = 0; i < 3; i++) {
                    String typed = String.valueOf(letter++);
                    client.edit(document -> document.insert(whole(document.text(), random), typed));
                }
            }
            Await.until("the other server has it", () -> two.text("r").equals(changed));
            restore(two, version);
            assertEquals(first, two.text("r"));
            clients.get(0).connect(one.socket("r"));
            clients.get(1).connect(two.socket("r"));
            clients.get(2).connect(one.socket("r"));
            clients.forEach(TestClient::awaitAcks);
            Await.until("all are the same", () -> {
                String digest = one.digest("r");
                return digest.equals(two.digest("r"))
                        && clients.stream().allMatch(client -> client.digest().equals(digest));
            });
            String text = one.text("r");
            assertEquals(first, text.replaceAll("[\u2460-\u2468]", ""), "the version's text");
            assertEquals(
                    "\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2468",
                    Arrays.stream(text.replaceAll("[^\u2460-\u2468]", "").split("", -1))
                            .sorted()
                            .reduce("", String::concat),
                    "and everything that was typed, once");
            assertEquals(first, text(one, version), "versions stay what they were");
            assertEquals(changed, text(one, second));

            // And back, while they go on typing for real.
            List<Typist> typists = new ArrayList<>();
            Ledger ledger = new Ledger();
            for (TestClient client : clients) {
                typists.add(Typist.start(client, ledger, new Random(random.nextLong())));
            }
            restore(one, second);
            restore(two, version);
            typists.forEach(Typist::close);
            clients.forEach(TestClient::awaitAcks);
            Await.until("all are the same", () -> {
                String digest = one.digest("r");
                return digest.equals(two.digest("r"))
                        && clients.stream().allMatch(client -> client.digest().equals(digest));
            });
            clients.forEach(TestClient::assertUndisturbed);
            restore(one, second);
            assertEquals(changed, one.text("r"));
        } finally {
            clients.forEach(TestClient::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_version_captured_in_a_crowd_really_existed(Backend backend) {
        Random random = new Random(Seed.of(HistoryTest.class, "-Dconcord.crowd=" + CROWD));
        List<TestClient> clients = new ArrayList<>();
        try (ServerProcess server = backend.server(home).start()) {
            for (int i = 0; i < CROWD; i++) {
                clients.add(new TestClient("c" + i).connect(server.socket("r")));
            }
            clients.get(0).type(0, "begin");
            clients.get(0).awaitAcks();
            long begin = capture(server, "begin");
            long[] quiet = latencies(clients, random, () -> {});
            List<Long> captured = new ArrayList<>();
            long[] busy = latencies(clients, random, () -> {
                captured.add(capture(server, "one"));
                captured.add(capture(server, "two"));
            });
            clients.forEach(TestClient::awaitAcks);
            System.out.println("HistoryTest: " + backend + ", " + CROWD
                    + " clients: milliseconds to an ack, median/p99, without captures " + summary(quiet)
                    + ", with two captures in it " + summary(busy));
            for (long version : captured) {
                JsonNode replay = history(server).replay(begin, version);
                StringBuilder text = new StringBuilder(replay.get("text").textValue());
                for (JsonNode step : replay.get("steps")) {
                    for (JsonNode change : step.get("changes")) {
                        int offset = change.get("offset").intValue();
                        text.replace(
                                offset,
                                offset + change.get("removed").intValue(),
                                change.get("inserted").textValue());
                    }
                }
                assertEquals(text.toString(), text(server, version));
            }
            clients.forEach(TestClient::assertUndisturbed);
        } finally {
            clients.forEach(TestClient::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void versions_outlive_folding_and_every_kill(Backend backend) {
        Random random = new Random(Seed.of(HistoryTest.class));
        Map<Long, String> texts = new LinkedHashMap<>();
        try (ServerProcess server = backend.server(home).start();
                TestClient client = new TestClient("w")) {
            client.connect(server.socket("r"));
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 700; i++) {
                    client.edit(document -> Typist.change(document, random));
                }
                client.awaitAcks();
                String text = client.text();
                texts.put(capture(server, "round " + round), text);
                for (int i = 0; i < 300; i++) {
                    client.edit(document -> Typist.change(document, random));
                }
                // In the middle of acks, compactions and pruning, which 200 ops begin.
                server.kill9();
                client.awaitDeath();
                server.start();
                client.connect(server.socket("r"));
                client.awaitAcks();
            }
            assertTrue(server.room("r").get("op_seq").longValue() > 2500);
            String text = client.text();
            try (TestClient late = new TestClient("late").connect(server.socket("r"))) {
                late.awaitText(text);
                assertEquals(client.digest(), late.digest());
            }
            texts.forEach((version, expected) -> assertEquals(expected, text(server, version)));
            List<Long> ids = new ArrayList<>(texts.keySet());
            for (int i = 1; i < ids.size(); i++) {
                history(server)
                        .checkDifference(
                                ids.get(i - 1),
                                texts.get(ids.get(i - 1)),
                                String.valueOf(ids.get(i)),
                                texts.get(ids.get(i)));
            }
            for (Map.Entry<Long, String> version : texts.entrySet()) {
                restore(server, version.getKey());
                client.awaitText(version.getValue());
            }
            client.assertUndisturbed();
        }
    }

    /** Every client types, one key after the other's ack; how long each ack took, in microseconds. */
    private static long[] latencies(List<TestClient> clients, Random random, Runnable meanwhile) {
        int keys = 20;
        List<Long> seeds = clients.stream().map(client -> random.nextLong()).toList();
        long[] took = new long[clients.size() * keys];
        List<Thread> threads = IntStream.range(0, clients.size())
                .mapToObj(i -> new Thread(() -> {
                    Random own = new Random(seeds.get(i));
                    for (int key = 0; key < keys; key++) {
                        long start = System.nanoTime();
                        clients.get(i).edit(document -> document.insert(whole(document.text(), own), "k"));
                        clients.get(i).awaitAcks();
                        took[i * keys + key] = (System.nanoTime() - start) / 1000;
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        meanwhile.run();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        Arrays.sort(took);
        return took;
    }

    private static String summary(long[] sorted) {
        return sorted[sorted.length / 2] / 1000.0 + "/" + sorted[sorted.length * 99 / 100] / 1000.0;
    }

    private static int whole(String text, Random random) {
        int offset = random.nextInt(text.length() + 1);
        boolean inside = offset > 0
                && offset < text.length()
                && Character.isSurrogatePair(text.charAt(offset - 1), text.charAt(offset));
        return inside ? offset - 1 : offset;
    }

    private static long capture(ServerProcess server, String label) {
        return history(server).capture(label).id();
    }

    private static void restore(ServerProcess server, long version) {
        history(server).restore(version);
    }

    private static String text(ServerProcess server, long version) {
        return history(server).text(version);
    }

    private static RoomHistory history(ServerProcess server) {
        return new RoomHistory(server, "r");
    }
}
