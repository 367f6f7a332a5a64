package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.server.DoomedServer;
import dev.concord.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kill -9 under load: what was acknowledged is there, and nothing is there twice. At any moment, and at two that a random one seldom
 * hits: when a commit is done and nobody has been notified, and when a snapshot is stored and the ops it covers are still in the log.
 * {@code -Dconcord.kills} sets how often at any moment; at each of the other two it is a fifth of that.
 */
@ExtendWith(ServerLogs.class)
class KillTest {
    /** So many kills in the same rooms. */
    private static final int ROUND = 20;

    private static final int KILLS = Integer.getInteger("concord.kills", 3);

    private enum Moment {
        ANY(KILLS, null, 0),
        BETWEEN_COMMIT_AND_ACK(Math.max(2, KILLS / 5), "append", 100),
        BETWEEN_SNAPSHOT_AND_PRUNE(Math.max(2, KILLS / 5), "saveSnapshot", 3);

        final int kills;
        final String method;
        final int calls;

        Moment(int kills, String method, int calls) {
            this.kills = kills;
            this.method = method;
            this.calls = calls;
        }

        /** Readies the server for its next life. */
        ServerProcess prepare(ServerProcess server, Random random, Path file) {
            return method == null
                    ? server.plainMain()
                    : server.main(
                            DoomedServer.class,
                            "-Dconcord.doom.method=" + method,
                            "-Dconcord.doom.file=" + file,
                            "-Dconcord.doom.call=" + (1 + random.nextInt(calls)));
        }
    }

    private static final int WRITERS = 3;
    private static final List<String> ROOMS = List.of("one", "two", "three");

    @TempDir
    Path home;

    private record Writer(TestClient client, Typist typist, String room) {}

    static Stream<Arguments> rareMoments() {
        return Arrays.stream(Backend.values())
                .flatMap(backend -> Stream.of(Moment.BETWEEN_COMMIT_AND_ACK, Moment.BETWEEN_SNAPSHOT_AND_PRUNE)
                        .map(moment -> Arguments.of(backend, moment)));
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(7200)
    void every_acknowledged_edit_survives_every_kill_and_none_is_doubled(Backend backend) throws IOException {
        kill(backend, Moment.ANY);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("rareMoments")
    @Timeout(7200)
    void so_it_is_at_moments_that_are_seldom_hit(Backend backend, Moment moment) throws IOException {
        kill(backend, moment);
    }

    private void kill(Backend backend, Moment moment) throws IOException {
        long seed = Seed.of(KillTest.class, "-Dconcord.kills=" + KILLS);
        Random random = new Random(seed);
        long acknowledged = 0;
        ServerProcess prepared = backend.server(home);
        try (ServerProcess server =
                moment.prepare(prepared, random, home.resolve("doom")).start()) {
            for (int killed = 0; killed < moment.kills; killed += ROUND) {
                int kills = Math.min(ROUND, moment.kills - killed);
                try (Round round = new Round(server, moment, killed / ROUND, random)) {
                    round.play(kills);
                    acknowledged += round.acknowledged();
                }
                System.out.println("KillTest: " + backend + ", " + moment + ", seed " + seed + ": " + (killed + kills)
                        + " kills, " + acknowledged + " acknowledged ops, none lost, none doubled");
                if (moment.method != null && killed + ROUND < moment.kills) {
                    server.stop();
                    moment.prepare(server, random, home.resolve("doom")).start();
                }
            }
        }
    }

    /** Some kills, in rooms of their own: they stay small enough to be looked at as a whole after each. */
    private final class Round implements AutoCloseable {
        private final ServerProcess server;
        private final Moment moment;
        private final Random random;
        private final List<String> rooms;
        private final List<Ledger> ledgers;
        private final List<Writer> writers = new ArrayList<>();

        Round(ServerProcess server, Moment moment, int number, Random random) {
            this.server = server;
            this.moment = moment;
            this.random = random;
            this.rooms = ROOMS.stream().map(room -> room + "-" + number).toList();
            this.ledgers = ROOMS.stream().map(room -> new Ledger()).toList();
            for (int i = 0; i < rooms.size() * WRITERS; i++) {
                Ledger ledger = ledgers.get(i % rooms.size());
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                String room = rooms.get(i % rooms.size());
                client.connect(server.socket(room));
                writers.add(new Writer(client, Typist.start(client, ledger, new Random(random.nextLong())), room));
            }
        }

        void play(int kills) throws IOException {
            long acknowledgedAtStart = 0;
            for (int kill = 0; kill < kills; kill++) {
                if (moment == Moment.ANY) {
                    long enough = acknowledgedAtStart + 1 + random.nextInt(2000);
                    Await.until("ops are acknowledged under load", () -> acknowledged() >= enough);
                    server.kill9();
                } else {
                    Path doom = Files.createFile(home.resolve("doom"));
                    assertEquals(137, server.awaitEnd());
                    Files.delete(doom);
                }
                // What the server said before its end has been received once a connection has ended.
                writers.forEach(writer -> writer.client().awaitDeath());
                server.plainMain().start();
                // Before anybody comes back who could bring along what the server has lost.
                for (int room = 0; room < rooms.size(); room++) {
                    check(server, rooms.get(room), ledgers.get(room), false);
                }
                acknowledgedAtStart = acknowledged();
                if (moment.method != null && kill + 1 < kills) {
                    // The looks above made commits of their own: the next life's calls are counted from its start.
                    server.stop();
                    moment.prepare(server, random, home.resolve("doom")).start();
                }
                writers.forEach(writer -> writer.client().connect(server.socket(writer.room())));
            }
            writers.forEach(writer -> writer.typist().close());
            writers.forEach(writer -> writer.client().awaitAcks());
            for (int room = 0; room < rooms.size(); room++) {
                String name = rooms.get(room);
                check(server, name, ledgers.get(room), true);
                String text = server.text(name);
                String digest = server.digest(name);
                for (Writer writer : writers) {
                    if (writer.room().equals(name)) {
                        writer.client().awaitText(text);
                        assertEquals(digest, writer.client().digest());
                        writer.client().assertUndisturbed();
                    }
                }
            }
        }

        long acknowledged() {
            return ledgers.stream().mapToLong(Ledger::acknowledged).sum();
        }

        @Override
        public void close() {
            writers.forEach(writer -> writer.typist().close());
            writers.forEach(writer -> writer.client().close());
        }
    }

    private static void check(ServerProcess server, String room, Ledger ledger, boolean complete) {
        try (TestClient reader = new TestClient("reader").connect(server.socket(room))) {
            String text = server.text(room);
            reader.look(document -> {
                assertEquals(document.length(), text.length());
                assertEquals(0, document.pendingCount());
                if (complete) {
                    ledger.checkComplete(document, text);
                } else {
                    ledger.check(document, text);
                }
                return null;
            });
        }
    }
}
