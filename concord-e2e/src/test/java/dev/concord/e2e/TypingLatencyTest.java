package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.testing.Await;
import dev.concord.testing.ai.FakeGemini;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What typing costs while versions are captured, and while the service that embeds texts is slow or down: phases of each take turns in one run, so
 * that they can be compared on a machine that is busy with other things. The times are printed and nothing is asserted of them; that nothing is lost,
 * and that the index catches up, is. {@code -Dconcord.crowd}, {@code concord.rounds} and {@code concord.keys} say how many type, how often each phase
 * comes, and how many keys everybody types in one.
 */
@Tag("long")
@ExtendWith(ServerLogs.class)
@Timeout(3600)
class TypingLatencyTest {
    private static final int CROWD = Integer.getInteger("concord.crowd", 10);
    private static final int ROUNDS = Integer.getInteger("concord.rounds", 1);
    private static final int KEYS = Integer.getInteger("concord.keys", 4);
    /** Between two keys of one person. */
    private static final Duration PACE = Duration.ofMillis(500);
    /** Between two captures. */
    private static final Duration CAPTURES = Duration.ofMillis(500);

    private static final Duration SLOW = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    Path home;

    private enum Phase {
        PLAIN("nothing else"),
        CAPTURING("versions captured, two a second"),
        SLOW_SERVICE("embedding service answers after 3 s"),
        NO_SERVICE("embedding service answers 503");

        final String title;

        Phase(String title) {
            this.title = title;
        }
    }

    /** Nanoseconds from the moment at which a key was due. */
    private static final class Times {
        final Collection<Long> acks = new ConcurrentLinkedQueue<>();
        final Collection<Long> fanOut = new ConcurrentLinkedQueue<>();
    }

    private final Map<ElementId, Long> due = new ConcurrentHashMap<>();
    private volatile Times current = new Times();
    private int typed;

    @ParameterizedTest
    @EnumSource
    void typingGoesOnWhileVersionsAreCapturedAndTextsEmbedded(Backend backend) throws Exception {
        long seed = Seed.of(
                TypingLatencyTest.class,
                "-Dconcord.crowd=" + CROWD,
                "-Dconcord.rounds=" + ROUNDS,
                "-Dconcord.keys=" + KEYS);
        Random random = new Random(seed);
        Map<Phase, Times> times = new EnumMap<>(Phase.class);
        Map<Phase, Integer> asked = new EnumMap<>(Phase.class);
        List<TestClient> clients = new ArrayList<>();
        ScheduledExecutorService hands = Executors.newScheduledThreadPool(3);
        try (FakeGemini gemini = FakeGemini.start();
                ServerProcess server = backend.server(home)
                        .with("GEMINI_API_KEY", FakeGemini.KEY)
                        .with("CONCORD_GEMINI_BASE_URL", gemini.url().toString())
                        // It is asked again and again whether the index has caught up.
                        .with("CONCORD_AI_CALLS_PER_MINUTE", "100000")
                        .with("CONCORD_AI_ROOM_CALLS_PER_MINUTE", "100000")
                        .start()) {
            for (int i = 0; i < CROWD; i++) {
                clients.add(new TestClient("c" + i)
                        .onAck(op -> note(current.acks, op))
                        .onOp(op -> note(current.fanOut, op))
                        .connect(server.socket("r")));
            }
            type(clients, hands, random);
            int versions = 0;
            for (int round = 0; round < ROUNDS; round++) {
                List<Phase> phases = new ArrayList<>(List.of(Phase.values()));
                Collections.shuffle(phases, random);
                for (Phase phase : phases) {
                    current = times.computeIfAbsent(phase, any -> new Times());
                    gemini.embeddingsTake(phase == Phase.SLOW_SERVICE ? SLOW : Duration.ZERO);
                    gemini.embeddingsDown(phase == Phase.NO_SERVICE);
                    int before = gemini.requests().size();
                    if (phase == Phase.CAPTURING) {
                        List<Long> captured = Collections.synchronizedList(new ArrayList<>());
                        Future<?> capturing = hands.scheduleWithFixedDelay(
                                () -> captured.add(new RoomHistory(server, "r")
                                        .capture("while typing")
                                        .id()),
                                0,
                                CAPTURES.toMillis(),
                                TimeUnit.MILLISECONDS);
                        type(clients, hands, random);
                        Await.until("a version is captured", () -> capturing.isDone() || !captured.isEmpty());
                        if (capturing.isDone()) {
                            capturing.get(); // It ends by itself only when one was refused, and throws what that was.
                        }
                        capturing.cancel(false);
                        versions += captured.size();
                    } else {
                        type(clients, hands, random);
                    }
                    asked.merge(phase, gemini.requests().size() - before, Integer::sum);
                }
            }
            assertTrue(versions >= ROUNDS, "captured " + versions);
            clients.forEach(TestClient::assertUndisturbed);
            String digest = server.digest("r");
            clients.forEach(client -> assertEquals(digest, client.digest()));

            print(backend, times, asked, versions);

            // What was typed while the service was away is found once it is back.
            gemini.embeddingsTake(Duration.ZERO);
            gemini.embeddingsDown(true);
            clients.get(0).type(0, "zebra zebra ");
            clients.get(0).awaitAcks();
            gemini.embeddingsDown(false);
            // Compactions, which embeddings follow, keep their distance on a machine that is busy.
            clients.get(0).awaitThat("the index has caught up", () -> similarity(server, "zebra") > 0.8, PATIENCE);
        } finally {
            hands.shutdownNow();
            clients.forEach(TestClient::close);
        }
    }

    /** Everybody types at an even pace, at times of their own; returns once all have all of it. */
    private void type(List<TestClient> clients, ScheduledExecutorService hands, Random random)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<Future<?>> keys = new ArrayList<>();
        for (int i = 0; i < clients.size(); i++) {
            TestClient client = clients.get(i);
            for (int key = 0; key < KEYS; key++) {
                long at = start + PACE.toNanos() * key + PACE.toNanos() * i / clients.size();
                double place = random.nextDouble();
                keys.add(hands.schedule(() -> press(client, place, at), at - System.nanoTime(), TimeUnit.NANOSECONDS));
            }
        }
        for (Future<?> key : keys) {
            key.get();
        }
        typed += keys.size();
        clients.forEach(TestClient::awaitAcks);
        clients.forEach(client ->
                client.awaitThat("all of it came", () -> client.look(document -> document.length() == typed)));
    }

    private void press(TestClient client, double place, long at) {
        client.edit(document -> {
            List<Operation> ops = document.insert((int) (place * document.length()), "k");
            due.put(ops.get(0).id(), at);
            return ops;
        });
    }

    private void note(Collection<Long> times, Operation op) {
        Long at = due.get(op.id());
        if (at != null) {
            times.add(System.nanoTime() - at);
        }
    }

    private static double similarity(ServerProcess server, String question) {
        JsonNode hits = ServerProcess.json(
                server.get("/rooms/elsewhere/search?q=" + question).body());
        return hits.at("/0/similarity").asDouble();
    }

    private static void print(Backend backend, Map<Phase, Times> times, Map<Phase, Integer> asked, int versions) {
        StringBuilder table = new StringBuilder("TypingLatencyTest: " + backend + ", " + CROWD + " clients, "
                + 1000 / PACE.toMillis() * CROWD + " keys a second, " + ROUNDS + " rounds, " + versions
                + " versions captured; p50 / p95 / p99 in ms\n| while | acks | fan-out | acks, x plain | fan-out, x plain"
                + " | keys | calls of the service |\n|---|---|---|---|---|---|---|\n");
        double[] plainAcks = percentiles(times.get(Phase.PLAIN).acks);
        double[] plainFanOut = percentiles(times.get(Phase.PLAIN).fanOut);
        times.forEach((phase, measured) -> {
            double[] acks = percentiles(measured.acks);
            double[] fanOut = percentiles(measured.fanOut);
            table.append("| ")
                    .append(String.join(
                            " | ",
                            phase.title,
                            row(acks, new double[] {1, 1, 1}),
                            row(fanOut, new double[] {1, 1, 1}),
                            row(acks, plainAcks),
                            row(fanOut, plainFanOut),
                            String.valueOf(measured.acks.size()),
                            String.valueOf(asked.get(phase))))
                    .append(" |\n");
        });
        System.out.print(table);
    }

    private static double[] percentiles(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return Arrays.stream(new double[] {0.5, 0.95, 0.99})
                .map(share -> sorted[(int) (share * (sorted.length - 1))] / 1e6)
                .toArray();
    }

    private static String row(double[] values, double[] by) {
        return String.format(
                Locale.ROOT, "%.2f / %.2f / %.2f", values[0] / by[0], values[1] / by[1], values[2] / by[2]);
    }
}
