package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kill -9 at any moment under load: what was acknowledged is there, and nothing is there twice. */
@ExtendWith(ServerLogs.class)
class KillTest {
    private static final int KILLS = Integer.getInteger("concord.kills", 20);
    private static final int WRITERS = 3;
    private static final List<String> ROOMS = List.of("one", "two", "three");

    @TempDir
    Path home;

    private record Writer(TestClient client, Typist typist, String room) {}

    @ParameterizedTest
    @EnumSource
    @Timeout(3600)
    void every_acknowledged_edit_survives_every_kill_and_none_is_doubled(Backend backend) {
        long seed = Seed.of(KillTest.class, "-Dconcord.kills=" + KILLS);
        Random random = new Random(seed);
        List<Ledger> ledgers = ROOMS.stream().map(room -> new Ledger()).toList();
        List<Writer> writers = new ArrayList<>();
        // A server that lives for a second is quicker without the optimising compiler.
        try (ServerProcess server =
                backend.server(home).jvm("-XX:TieredStopAtLevel=1").start()) {
            for (int i = 0; i < ROOMS.size() * WRITERS; i++) {
                Ledger ledger = ledgers.get(i % ROOMS.size());
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                String room = ROOMS.get(i % ROOMS.size());
                client.connect(server.socket(room));
                writers.add(new Writer(client, Typist.start(client, ledger, new Random(random.nextLong())), room));
            }
            long acknowledgedAtStart = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                long enough = acknowledgedAtStart + 1 + random.nextInt(2000);
                Await.until("ops are acknowledged under load", () -> acknowledged(ledgers) >= enough);
                server.kill9();
                // What the server said before its end has been heard once a connection has ended.
                writers.forEach(writer -> writer.client().awaitClose());
                server.start();
                // Before anybody comes back who could bring along what the server has lost.
                for (int room = 0; room < ROOMS.size(); room++) {
                    check(server, ROOMS.get(room), ledgers.get(room), false);
                }
                acknowledgedAtStart = acknowledged(ledgers);
                writers.forEach(writer -> writer.client().connect(server.socket(writer.room())));
            }
            writers.forEach(writer -> writer.typist().close());
            writers.forEach(writer -> writer.client().awaitAcks());
            for (int room = 0; room < ROOMS.size(); room++) {
                String name = ROOMS.get(room);
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
            System.out.println("KillTest: " + backend + ", seed " + seed + ": " + KILLS + " kills, "
                    + acknowledged(ledgers) + " acknowledged ops, none lost, none doubled");
        } finally {
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

    private static long acknowledged(List<Ledger> ledgers) {
        return ledgers.stream().mapToLong(Ledger::acknowledged).sum();
    }
}
