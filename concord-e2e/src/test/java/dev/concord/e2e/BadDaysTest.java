package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.testing.Await;
import dev.concord.testing.postgres.PostgresForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store is there and does not work: its disk is full, it lets nobody in, or it hangs. Editing goes on, nothing is acknowledged that is
 * not stored, and everything is stored once it works again.
 */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class BadDaysTest {
    private static final int WRITERS = 3;
    private static final int MAX_UNACKNOWLEDGED = 300;
    /** How long no ack has come when it is said that acks wait. */
    private static final Duration STILL = Duration.ofSeconds(1);

    @TempDir
    Path home;

    /** What goes wrong, and how it is put right. */
    private interface Trouble {
        void begin() throws IOException, SQLException;

        void end() throws IOException, SQLException;
    }

    @Test
    void a_full_disk() throws IOException, SQLException {
        try (SmallDisk disk = SmallDisk.mount(Files.createDirectory(home.resolve("data")), 24)) {
            ServerProcess server = new ServerProcess(home).onDisk(disk);
            endure(server, new Trouble() {
                @Override
                public void begin() throws IOException {
                    disk.fill();
                }

                @Override
                public void end() throws IOException {
                    disk.free();
                }
            });
        }
    }

    @Test
    void a_database_that_accepts_no_connections() throws IOException, SQLException {
        String database = PostgresForTests.freshDatabase();
        String name = database.replaceFirst(".*/([^/?]*).*", "$1");
        String beside = PostgresForTests.freshDatabase();
        endure(new ServerProcess(home).with("DATABASE_URL", database), new Trouble() {
            @Override
            public void begin() {
                PostgresForTests.execute(beside, "alter database " + name + " allow_connections false");
                PostgresForTests.execute(
                        beside,
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
            }

            @Override
            public void end() {
                PostgresForTests.execute(beside, "alter database " + name + " allow_connections true");
            }
        });
    }

    @Tag("long")
    @Test
    void a_database_whose_every_connection_hangs() throws IOException, SQLException {
        String database = PostgresForTests.freshDatabase();
        try (Connection connection = PostgresForTests.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            endure(new ServerProcess(home).with("DATABASE_URL", database), new Trouble() {
                @Override
                public void begin() throws SQLException {
                    statement.execute("lock table rooms, ops, snapshots in access exclusive mode");
                }

                @Override
                public void end() throws SQLException {
                    connection.rollback();
                }
            });
        }
    }

    /** Twice: once the trouble ends and all is stored, once the server is killed in it, and what it acknowledged is there. */
    private static void endure(ServerProcess prepared, Trouble trouble) throws IOException, SQLException {
        long seed = Seed.of(BadDaysTest.class);
        Random random = new Random(seed);
        Ledger ledger = new Ledger();
        List<TestClient> clients = new ArrayList<>();
        List<Typist> typists = new ArrayList<>();
        try (ServerProcess server =
                prepared.jvm("-Xmx128m", "-XX:+ExitOnOutOfMemoryError").start()) {
            for (int i = 0; i < WRITERS; i++) {
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                clients.add(client.connect(server.socket("busy")));
                typists.add(Typist.start(client, ledger, new Random(random.nextLong()), MAX_UNACKNOWLEDGED));
            }
            Await.until("ops are acknowledged under load", () -> ledger.acknowledged() >= 500);

            trouble.begin();
            awaitThatNothingIsStored(server, clients, ledger);
            try (TestClient reader = new TestClient("reader").connect(server.socket("busy"));
                    TestClient probe = new TestClient("probe").onAck(ledger::acknowledged)) {
                probe.connect(server.socket("busy"));
                probe.edit(document -> {
                    List<Operation> ops = document.insert(0, "typed on a bad day");
                    ledger.made(ops);
                    return ops;
                });
                reader.awaitThat(
                        "edits still reach the others",
                        () -> reader.look(document -> document.text().contains("typed on a bad day")));
                assertEquals(200, server.get("/healthz").statusCode());
                assertTrue(server.isAlive());
                trouble.end();
                probe.awaitAcks();
            }
            Await.until("it is ready", () -> server.get("/readyz").statusCode() == 200);

            trouble.begin();
            awaitThatNothingIsStored(server, clients, ledger);
            server.kill9();
            clients.forEach(TestClient::awaitDeath);
            trouble.end();
            server.start();
            // Nobody has brought anything back yet: an ack without a commit would be missed here.
            look(server, ledger::check);

            clients.forEach(client -> client.connect(server.socket("busy")));
            typists.forEach(Typist::close);
            clients.forEach(TestClient::awaitAcks);
            server.kill9();
            clients.forEach(TestClient::awaitDeath);
            server.start();
            look(server, ledger::checkComplete);
            clients.forEach(TestClient::assertUndisturbed);
            System.out.println("BadDaysTest: seed " + seed + ": " + ledger.acknowledged()
                    + " acknowledged ops, no ack without a commit, none lost, none doubled");
        } finally {
            typists.forEach(Typist::close);
            clients.forEach(TestClient::close);
        }
    }

    /**
     * Waits until the store has failed and the writers wait for acks. That acks end at once cannot be asked for: a full disk still takes what
     * fits into space that the store's files hold already.
     */
    private static void awaitThatNothingIsStored(ServerProcess server, List<TestClient> clients, Ledger ledger) {
        Await.until("the operator is notified", () -> server.get("/readyz").statusCode() == 503);
        long[] seen = {ledger.acknowledged(), System.nanoTime()};
        Await.until("acks wait", () -> {
            if (seen[0] != ledger.acknowledged()) {
                seen[0] = ledger.acknowledged();
                seen[1] = System.nanoTime();
            }
            return System.nanoTime() - seen[1] > STILL.toNanos()
                    && clients.stream().allMatch(client -> client.unacknowledged() >= MAX_UNACKNOWLEDGED);
        });
    }

    private static void look(ServerProcess server, BiConsumer<Document, String> check) {
        try (TestClient late = new TestClient("late").connect(server.socket("busy"))) {
            String text = server.text("busy");
            late.look(document -> {
                check.accept(document, text);
                return null;
            });
        }
    }
}
