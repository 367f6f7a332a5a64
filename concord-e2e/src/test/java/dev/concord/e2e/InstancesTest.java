package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several server processes, a real Redis, a real PostgreSQL, and faults between them. {@code -Dconcord.fault.seconds} sets how long each
 * fault lasts, {@code -Dconcord.seeds} how many rooms are edited at random, {@code -Dconcord.rate} how many edits a second the four clients make
 * together while instances with stores of their own are apart (default: as many as a hundred people who type ten keys a second each; 0 for as
 * many as acknowledgements come).
 */
@ExtendWith(ServerLogs.class)
@Timeout(3600)
class InstancesTest {
    private static final Duration FAULT = Instances.FAULT;
    private static final int RATE = Integer.getInteger("concord.rate", 1_000);
    private static final int SEEDS = Integer.getInteger("concord.seeds", 20);

    /** Two running instances for all tests that leave them as they found them; by whether they share a database. */
    private static final Map<Boolean, Instances> PAIRS = new HashMap<>();

    private static int tests;

    @TempDir
    static Path home;

    private final String room = "room-" + ++tests;
    /** A test that did not come to its end may leave anything behind. */
    private boolean finished;

    private static Instances pair(boolean shared) {
        return PAIRS.computeIfAbsent(
                shared, any -> new Instances(directory(), 2, shared, Seed.of(InstancesTest.class)));
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory(home, "instances");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void end() {
        stopWriting();
        writers.forEach(writer -> writer.client().close());
        if (!finished) {
            closePairs();
        }
    }

    @AfterAll
    static void closePairs() {
        PAIRS.values().forEach(Instances::close);
        PAIRS.clear();
    }

    /** What goes wrong, and how it ends. */
    enum Fault {
        DROP_1_PERCENT {
            @Override
            void begin(Instances instances) {
                instances.all.forEach(each -> each.toRedis.drop(0.01));
            }
        },
        DROP_5_PERCENT {
            @Override
            void begin(Instances instances) {
                instances.all.forEach(each -> each.toRedis.drop(0.05));
            }
        },
        DROP_20_PERCENT {
            @Override
            void begin(Instances instances) {
                instances.all.forEach(each -> each.toRedis.drop(0.2));
            }
        },
        REDIS_STOPPED_AND_STARTED_EMPTY {
            @Override
            void begin(Instances instances) {
                instances.redis.stop();
            }

            @Override
            void end(Instances instances) {
                instances.redis.restart();
            }
        },
        REDIS_SILENT {
            @Override
            void begin(Instances instances) {
                instances.all.forEach(each -> each.toRedis.silence());
            }
        },
        ONE_CUT_OFF_FROM_REDIS {
            @Override
            void begin(Instances instances) {
                instances.all.get(0).toRedis.cut();
            }
        },
        ONE_CUT_OFF_FROM_THE_DATABASE {
            @Override
            void begin(Instances instances) {
                instances.all.get(0).toDatabase.cut();
            }
        };

        abstract void begin(Instances instances);

        void end(Instances instances) {
            for (Instances.Instance each : instances.all) {
                each.toRedis.mend();
                if (each.toDatabase != null) {
                    each.toDatabase.mend();
                }
            }
        }
    }

    /** A client that types into the room. */
    private record Writer(TestClient client, Typist typist) {}

    private final Ledger ledger = new Ledger();
    private final List<Writer> writers = new ArrayList<>();

    private void write(Instances instances, long seed, int perInstance) {
        write(instances, seed, perInstance, 0);
    }

    /** Has as many clients at each instance edit, so many times a second together; 0 for as often as they get acknowledgements. */
    private void write(Instances instances, long seed, int perInstance, int rate) {
        Random random = new Random(seed);
        for (int i = 0; i < perInstance * instances.all.size(); i++) {
            TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
            client.connect(instances.server(i % instances.all.size()).socket(room));
            Random own = new Random(random.nextLong());
            writers.add(new Writer(
                    client,
                    rate > 0
                            ? Typist.paced(client, ledger, own, (double) rate / (perInstance * instances.all.size()))
                            : Typist.start(client, ledger, own)));
        }
        Await.until("everybody types", () -> ledger.acknowledged() > 100);
    }

    private void stopWriting() {
        writers.forEach(writer -> writer.typist().close());
    }

    private static void hold(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Waits until all clients and instances agree, and says how long that took. */
    private long converge(Instances instances) {
        long from = System.nanoTime();
        Await.until(
                "everything is acknowledged",
                () -> writers.stream().allMatch(w -> w.client().unacknowledged() == 0));
        Await.until("all texts are one", () -> {
            // Digests of long documents would keep busy the very cores on which the servers catch up.
            int length = writers.get(0).client().length();
            if (writers.stream().anyMatch(writer -> writer.client().length() != length)) {
                return false;
            }
            String digest = writers.get(0).client().digest();
            return writers.stream().allMatch(writer -> writer.client().digest().equals(digest))
                    && instances.all.stream()
                            .allMatch(each -> each.server.digest(room).equals(digest));
        });
        return (System.nanoTime() - from) / 1_000_000;
    }

    private void check(Instances instances) {
        for (Instances.Instance each : instances.all) {
            String text = each.server.text(room);
            try (TestClient reader = new TestClient("reader").connect(each.server.socket(room))) {
                reader.look(document -> {
                    ledger.checkComplete(document, text);
                    return null;
                });
            }
        }
        writers.forEach(writer -> writer.client().assertUndisturbed());
    }

    private void suffer(Fault fault, boolean shared) {
        long seed = Seed.of(InstancesTest.class, "-Dconcord.fault.seconds=" + FAULT.toSeconds());
        Instances instances = pair(shared);
        long recoveredBefore = recovered(instances);
        write(instances, seed, 2, shared ? 0 : RATE);
        fault.begin(instances);
        hold(FAULT);
        fault.end(instances);
        stopWriting();
        long millis = converge(instances);
        check(instances);
        instances.all.forEach(each -> Await.until("ready", () -> Instances.isReady(each.server)));
        System.out.println("InstancesTest: " + fault + (shared ? ", one PostgreSQL" : ", separate stores") + ", "
                + FAULT.toSeconds() + " s: " + ledger.acknowledged() + " acknowledged ops, none lost, "
                + (recovered(instances) - recoveredBefore) + " recovered, converged after " + millis + " ms");
        finished = true;
    }

    private static long recovered(Instances instances) {
        return (long) instances.metric("concord_recovered_ops_total");
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_20_PERCENT", "REDIS_STOPPED_AND_STARTED_EMPTY"})
    void instances_on_one_database_agree_after_a_fault(Fault fault) {
        suffer(fault, true);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DROP_20_PERCENT", "REDIS_STOPPED_AND_STARTED_EMPTY"})
    void instances_on_one_database_agree_after_every_other_fault(Fault fault) {
        suffer(fault, true);
    }

    @Test
    void instances_with_stores_of_their_own_agree_after_one_was_cut_off_from_redis() {
        suffer(Fault.ONE_CUT_OFF_FROM_REDIS, false);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"DROP_20_PERCENT", "REDIS_STOPPED_AND_STARTED_EMPTY"})
    void instances_with_stores_of_their_own_agree_after_every_other_fault(Fault fault) {
        suffer(fault, false);
    }

    @Test
    void an_instance_killed_mid_burst_loses_nothing_that_was_acknowledged() {
        killMidBurst(true);
    }

    @Tag("long")
    @Test
    void an_instance_with_a_store_of_its_own_killed_mid_burst_loses_nothing_that_was_acknowledged() {
        killMidBurst(false);
    }

    private void killMidBurst(boolean shared) {
        long seed = Seed.of(InstancesTest.class);
        Instances instances = pair(shared);
        write(instances, seed, 2);
        instances.server(0).kill9();
        for (int i = 0; i < writers.size(); i += 2) {
            writers.get(i).client().awaitDeath();
            writers.get(i).client().connect(instances.server(1).socket(room));
        }
        instances.server(0).start();
        stopWriting();
        long millis = converge(instances);
        check(instances);
        Await.until("ready", () -> Instances.isReady(instances.server(0)));
        System.out.println("InstancesTest: killed, " + (shared ? "one PostgreSQL" : "separate stores") + ": "
                + ledger.acknowledged() + " acknowledged ops, none lost, converged after " + millis + " ms");
        finished = true;
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoever_comes_after_everybody_left_while_redis_was_down_sees_everything(boolean shared) {
        try (Instances instances = new Instances(directory(), 3, shared, 1)) {
            TestClient ann = new TestClient("ann").connect(instances.server(0).socket(room));
            TestClient bob = new TestClient("bob").connect(instances.server(1).socket(room));
            ann.type(0, "together ");
            bob.awaitText("together ");
            instances.redis.stop();
            Await.until("Redis is missed", () -> !Instances.isReady(instances.server(0)));
            ann.type(0, "ann ");
            bob.type(bob.text().length(), "bob");
            ann.awaitAcks();
            bob.awaitAcks();
            ann.close();
            bob.close();
            instances.redis.restart();
            instances.all.forEach(each -> Await.until("ready", () -> Instances.isReady(each.server)));
            try (TestClient late =
                    new TestClient("late").connect(instances.server(2).socket(room))) {
                late.awaitText("ann together bob");
            }
        }
        finished = true;
    }

    @Test
    void two_instances_and_four_clients_editing_at_random_agree_on_every_seed() {
        long first = Seed.of(InstancesTest.class, "-Dconcord.seeds=" + SEEDS);
        Instances instances = pair(true);
        for (long seed = first; seed < first + SEEDS; seed++) {
            Random random = new Random(seed);
            String of = "seed-" + seed;
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(
                        new TestClient("c" + i).connect(instances.server(i % 2).socket(of)));
            }
            for (int edit = 0; edit < 80; edit++) {
                clients.get(random.nextInt(4)).edit(document -> Typist.change(document, random));
            }
            clients.forEach(TestClient::awaitAcks);
            Await.until("all are one on seed " + seed, () -> {
                String digest = clients.get(0).digest();
                return clients.stream().allMatch(client -> client.digest().equals(digest))
                        && instances.server(0).digest(of).equals(digest)
                        && instances.server(1).digest(of).equals(digest);
            });
            assertEquals(clients.get(0).text(), instances.server(1).text(of));
            clients.forEach(TestClient::assertUndisturbed);
            clients.forEach(TestClient::close);
        }
        System.out.println("InstancesTest: " + SEEDS + " seeds from " + first + ", all texts and digests equal");
        finished = true;
    }

    @Test
    void an_edit_reaches_the_other_instance_and_its_presence_is_seen_until_it_dies() {
        Instances instances = pair(true);
        try (TestClient ann = new TestClient("ann").connect(instances.server(0).socket(room));
                TestClient bob =
                        new TestClient("bob").connect(instances.server(1).socket(room))) {
            ann.present("Ann", 0);
            long[] nanos = new long[100];
            for (int i = 0; i < nanos.length; i++) {
                long from = System.nanoTime();
                ann.type(0, "x");
                bob.awaitText("x".repeat(i + 1));
                nanos[i] = System.nanoTime() - from;
            }
            Arrays.sort(nanos);
            Await.until("Ann is seen elsewhere", () -> presence(instances).contains("Ann"));
            // A newcomer sees her at once.
            try (TestClient carol =
                    new TestClient("carol").connect(instances.server(1).socket(room))) {
                Await.until("a newcomer sees her", () -> carol.knows("Ann"));
            }
            instances.server(0).kill9();
            long killed = System.nanoTime();
            Await.until("the ghost goes", () -> !presence(instances).contains("Ann"));
            System.out.printf(
                    "InstancesTest: from one instance to the other in %.1f ms (median), %.1f ms (p99); a ghost was gone after"
                            + " %d ms of 3000%n",
                    nanos[50] / 1e6, nanos[98] / 1e6, (System.nanoTime() - killed) / 1_000_000);
        }
        instances.server(0).start();
        Await.until("ready", () -> Instances.isReady(instances.server(0)));
        finished = true;
    }

    private String presence(Instances instances) {
        return instances.server(1).get("/rooms/" + room + "/presence").body();
    }

    @Tag("long")
    @Test
    void three_instances_are_restarted_one_after_the_other_under_load() {
        long seed = Seed.of(InstancesTest.class);
        List<Roamer> roamers = new ArrayList<>();
        try (Instances instances = new Instances(directory(), 3, true, seed)) {
            write(instances, seed, 2);
            writers.forEach(writer -> roamers.add(Roamer.start(writer.client(), instances, room)));
            for (Instances.Instance each : instances.all) {
                long before = ledger.acknowledged();
                assertEquals(0, each.server.stop());
                each.server.start();
                Await.until("ready again", () -> Instances.isReady(each.server));
                Await.until("everybody goes on", () -> ledger.acknowledged() > before + 100);
            }
            Await.until("everybody is back", () -> roamers.stream().allMatch(Roamer::isSettled));
            stopWriting();
            long millis = converge(instances);
            roamers.forEach(Roamer::close);
            check(instances);
            System.out.println("InstancesTest: three instances restarted under load: " + ledger.acknowledged()
                    + " acknowledged ops, none lost, "
                    + roamers.stream().mapToInt(Roamer::moves).sum() + " reconnections, longest pause "
                    + roamers.stream().mapToLong(Roamer::longestMillis).max().orElse(0) + " ms, converged after "
                    + millis
                    + " ms");
            finished = true;
        } finally {
            roamers.forEach(Roamer::close);
        }
    }
}
