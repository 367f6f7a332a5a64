package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.RoomStore;
import dev.concord.store.jdbc.PostgresAddress;
import dev.concord.store.jdbc.PostgresStore;
import dev.concord.store.testing.PostgresForTests;
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
    private static final int KILLS = Integer.getInteger("concord.kills", 6);
    private static final int WRITERS = 3;
    private static final String ROOM = "shared";

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
        Ledger ledger = new Ledger();
        List<TestClient> clients = new ArrayList<>();
        List<Typist> typists = new ArrayList<>();
        try (ServerProcess a = server(first, database).start();
                ServerProcess b = server(second, database).start();
                RoomStore store = PostgresStore.open(PostgresAddress.parse(database))) {
            List<ServerProcess> servers = List.of(a, b);
            for (int i = 0; i < 2 * WRITERS; i++) {
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                clients.add(client.connect(servers.get(i % 2).socket(ROOM)));
                typists.add(Typist.start(client, ledger, new Random(random.nextLong())));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                long enough = ledger.acknowledged() + 500 + random.nextInt(2000);
                Await.until("ops are acknowledged under load", () -> ledger.acknowledged() >= enough);
                // Throws when an op is missing from the sequence, or is there twice.
                assertTrue(store.load(ROOM).isPresent());
                int victim = random.nextInt(2);
                servers.get(victim).kill9();
                for (int i = victim; i < clients.size(); i += 2) {
                    clients.get(i).awaitClose();
                }
                servers.get(victim).start();
                for (int i = victim; i < clients.size(); i += 2) {
                    clients.get(i).connect(servers.get(victim).socket(ROOM));
                }
            }
            typists.forEach(Typist::close);
            clients.forEach(TestClient::awaitAcks);
            Await.until("both servers are level", () -> a.digest(ROOM).equals(b.digest(ROOM)));
            String text = a.text(ROOM);
            for (TestClient client : clients) {
                client.awaitText(text);
                assertEquals(a.digest(ROOM), client.digest());
                client.assertUndisturbed();
            }
            clients.get(0).look(document -> {
                ledger.checkComplete(document, text);
                return null;
            });
            long ops = store.load(ROOM).orElseThrow().lastSeq();
            System.out.println("TwoServersTest: seed " + seed + ": " + KILLS + " kills, " + ledger.acknowledged()
                    + " acknowledged ops, " + ops + " places in the log, no gap, no double, none lost");
        } finally {
            typists.forEach(Typist::close);
            clients.forEach(TestClient::close);
        }
    }

    private static ServerProcess server(Path home, String database) {
        return new ServerProcess(home).with("DATABASE_URL", database).jvm("-XX:TieredStopAtLevel=1");
    }
}
