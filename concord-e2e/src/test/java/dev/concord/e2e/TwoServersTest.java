package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.RoomStore;
import dev.concord.store.jdbc.PostgresAddress;
import dev.concord.store.jdbc.PostgresStore;
import dev.concord.testing.Await;
import dev.concord.testing.postgres.PostgresForTests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one database, nothing else between them, append to one room as fast as they can; either is killed now and then. */
@ExtendWith(ServerLogs.class)
class TwoServersTest {
    private static final int KILLS = Integer.getInteger("concord.kills", 3);
    /** So many kills in the same room. */
    private static final int ROUND = 3;

    private static final int WRITERS = 3;

    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    @Timeout(7200)
    void the_log_has_no_gap_and_no_double_and_both_servers_end_equal() {
        long seed = Seed.of(TwoServersTest.class, "-Dconcord.kills=" + KILLS);
        Random random = new Random(seed);
        String database = PostgresForTests.freshDatabase();
        try (ServerProcess a = server(first, database).start();
                ServerProcess b = server(second, database).start();
                RoomStore store = PostgresStore.open(PostgresAddress.parse(database))) {
            long acknowledged = 0;
            long places = 0;
            long brought = 0;
            for (int killed = 0; killed < KILLS; killed += ROUND) {
                try (Round round = new Round("room-" + killed / ROUND, List.of(a, b), store, random)) {
                    round.play(Math.min(ROUND, KILLS - killed));
                    acknowledged += round.ledger.acknowledged();
                    places += round.places();
                    brought += round.brought();
                }
            }
            System.out.println("TwoServersTest: seed " + seed + ": " + KILLS + " kills, " + acknowledged
                    + " acknowledged ops, " + brought
                    + " of them of others, brought along to a server that was missing them, "
                    + places + " places in the log, no gap, no double, none lost");
        }
    }

    /** Some kills, in a room of its own: it stays small enough to be looked at as a whole after each. */
    private static final class Round implements AutoCloseable {
        final Ledger ledger = new Ledger();
        private final String room;
        private final List<ServerProcess> servers;
        private final RoomStore store;
        private final Random random;
        private final List<TestClient> clients = new ArrayList<>();
        private final List<Typist> typists = new ArrayList<>();

        Round(String room, List<ServerProcess> servers, RoomStore store, Random random) {
            this.room = room;
            this.servers = servers;
            this.store = store;
            this.random = random;
            for (int i = 0; i < 2 * WRITERS; i++) {
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                clients.add(client.connect(servers.get(i % 2).socket(room)));
                typists.add(Typist.start(client, ledger, new Random(random.nextLong())));
            }
        }

        void play(int kills) {
            for (int kill = 0; kill < kills; kill++) {
                long enough = ledger.acknowledged() + 500 + random.nextInt(2000);
                Await.until("ops are acknowledged under load", () -> ledger.acknowledged() >= enough);
                // Throws when an op is missing from the sequence, or is there twice.
                assertTrue(store.load(room).isPresent());
                int victim = random.nextInt(2);
                servers.get(victim).kill9();
                for (int i = victim; i < clients.size(); i += 2) {
                    clients.get(i).awaitDeath();
                }
                servers.get(victim).start();
                for (int i = victim; i < clients.size(); i += 2) {
                    clients.get(i).connect(servers.get(victim).socket(room));
                }
            }
            typists.forEach(Typist::close);
            clients.forEach(TestClient::awaitAcks);
            ServerProcess a = servers.get(0);
            ServerProcess b = servers.get(1);
            Await.until("both servers are level", () -> a.digest(room).equals(b.digest(room)));
            String text = a.text(room);
            for (TestClient client : clients) {
                client.awaitText(text);
                assertEquals(a.digest(room), client.digest());
                client.assertUndisturbed();
            }
            clients.get(0).look(document -> {
                ledger.checkComplete(document, text);
                return null;
            });
        }

        long brought() {
            return clients.stream().mapToLong(TestClient::brought).sum();
        }

        long places() {
            return store.load(room).orElseThrow().lastSeq();
        }

        @Override
        public void close() {
            typists.forEach(Typist::close);
            clients.forEach(TestClient::close);
        }
    }

    private static ServerProcess server(Path home, String database) {
        return new ServerProcess(home).with("DATABASE_URL", database);
    }
}
