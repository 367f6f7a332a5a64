package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Operation;
import dev.concord.testing.Await;
import dev.concord.testing.postgres.OwnPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL goes away and comes back. {@code -Dconcord.away=30} makes it stay away for that many seconds. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class DatabaseAwayTest {
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("concord.away", 3));
    private static final int WRITERS = 4;
    /** Of each writer: together less than the op log lets wait. */
    private static final int MAX_UNACKNOWLEDGED = (int) Math.min(20_000, 500 * AWAY.toSeconds());

    @TempDir
    Path home;

    @TempDir
    Path data;

    @Test
    void editing_goes_on_acks_wait_and_everything_is_there_afterwards() {
        long seed = Seed.of(DatabaseAwayTest.class, "-Dconcord.away=" + AWAY.toSeconds());
        Random random = new Random(seed);
        Ledger ledger = new Ledger();
        List<TestClient> clients = new ArrayList<>();
        List<Typist> typists = new ArrayList<>();
        ServerProcess prepared = new ServerProcess(home).jvm("-Xmx128m", "-XX:+ExitOnOutOfMemoryError");
        try (OwnPostgres postgres = OwnPostgres.start(data);
                ServerProcess server =
                        prepared.with("DATABASE_URL", postgres.url()).start()) {
            for (int i = 0; i < WRITERS; i++) {
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                clients.add(client.connect(server.socket("busy")));
                typists.add(Typist.start(client, ledger, new Random(random.nextLong()), MAX_UNACKNOWLEDGED));
            }
            Await.until("ops are acknowledged under load", () -> ledger.acknowledged() >= 1000);

            postgres.stop();
            // What was committed before the end is acknowledged after it; then nothing is.
            Await.until("the server knows", () -> server.metric("concord_store_healthy") == 0);
            Await.until("it is not ready", () -> server.get("/readyz").statusCode() == 503);
            double maxWaiting = 0;
            long acknowledged;
            try (TestClient reader = new TestClient("reader").connect(server.socket("busy"));
                    TestClient probe = new TestClient("probe").connect(server.socket("busy"))) {
                // An ack may still be under way to its writer, but it comes before whatever is sent after it.
                reader.present("Reader", 0);
                for (TestClient client : clients) {
                    client.awaitThat("all acks have come", () -> client.knows("Reader"));
                }
                acknowledged = ledger.acknowledged();
                long end = System.nanoTime() + AWAY.toNanos();
                probe.edit(document -> {
                    List<Operation> ops = document.insert(0, "typed while it is away");
                    ledger.made(ops);
                    return ops;
                });
                reader.awaitThat(
                        "edits still reach the others",
                        () -> reader.look(document -> document.text().contains("typed while it is away")));
                while (System.nanoTime() < end) {
                    maxWaiting = Math.max(maxWaiting, server.metric("concord_oplog_pending_bytes"));
                    assertEquals(200, server.get("/healthz").statusCode());
                }
                assertEquals(acknowledged, ledger.acknowledged(), "an ack without a commit");
                assertEquals(1, probe.unacknowledged());
            }
            assertTrue(server.isAlive());

            postgres.startAgain();
            long before = acknowledged;
            Await.until("ops are acknowledged again", () -> ledger.acknowledged() > before);
            Await.until("it is ready", () -> server.get("/readyz").statusCode() == 200);
            typists.forEach(Typist::close);
            clients.forEach(client -> client.awaitAcks(Duration.ofMinutes(2)));
            // Only what is stored comes back.
            server.kill9();
            clients.forEach(TestClient::awaitDeath);
            server.start();
            try (TestClient reader = new TestClient("late").connect(server.socket("busy"))) {
                String text = server.text("busy");
                reader.look(document -> {
                    ledger.check(document, text);
                    return null;
                });
            }
            clients.forEach(TestClient::assertUndisturbed);
            System.out.println("DatabaseAwayTest: seed " + seed + ": away for " + AWAY.toSeconds() + " s, "
                    + ledger.acknowledged() + " acknowledged ops, at most " + (long) maxWaiting
                    + " bytes waiting in a heap of 128 MB, no ack without a commit, none lost, none doubled");
        } finally {
            typists.forEach(Typist::close);
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void a_server_starts_without_its_database_and_serves_once_it_is_there() {
        try (OwnPostgres postgres = OwnPostgres.start(data)) {
            postgres.stop();
            try (ServerProcess server =
                    new ServerProcess(home).with("DATABASE_URL", postgres.url()).start()) {
                assertEquals(503, server.get("/readyz").statusCode());
                assertEquals(200, server.get("/healthz").statusCode());
                try (RefusedClient refused = new RefusedClient(server.socket("early"))) {
                    assertEquals(1013, refused.closeCode());
                }
                postgres.startAgain();
                Await.until("it is ready", () -> server.get("/readyz").statusCode() == 200);
                try (TestClient client = new TestClient("ann").connect(server.socket("early"))) {
                    client.type(0, "served");
                    client.awaitAcks();
                }
            }
        }
    }
}
