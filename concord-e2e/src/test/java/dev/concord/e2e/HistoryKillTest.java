package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.DoomedServer;
import dev.concord.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kill -9 after versions: a snapshot is stored, and the ops that it covers and no version needs are still in the log. One room has
 * a version captured by name in every life of the server, and so keeps its log from the first of them on; of the other
 * it keeps the last two that it captured itself, so that what its log must hold moves on. {@code -Dconcord.kills} sets how often.
 */
@Tag("long")
@ExtendWith(ServerLogs.class)
class HistoryKillTest {
    private static final int KILLS = Integer.getInteger("concord.kills", 2);
    private static final String NAMED = "named";

    @TempDir
    Path home;

    /** The only writer of a room: what it was promised is, in this order, the room's log. */
    private static final class Writer implements AutoCloseable {
        final String room;
        final Ledger ledger = new Ledger();
        final List<Operation> log = new ArrayList<>();
        final Map<Long, String> captured = new LinkedHashMap<>();
        final TestClient client;

        Writer(String room) {
            this.room = room;
            client = new TestClient("writer-of-" + room).onAck(op -> {
                ledger.acknowledged(op);
                log.add(op);
            });
        }

        void type(Random random) {
            client.edit(document -> {
                List<Operation> ops = Typist.change(document, random);
                ledger.made(ops);
                return ops;
            });
        }

        @Override
        public void close() {
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(7200)
    void versionsOutliveEveryKillBetweenASnapshotAndItsPruning(Backend backend) throws IOException {
        long seed = Seed.of(HistoryKillTest.class, "-Dconcord.kills=" + KILLS);
        Random random = new Random(seed);
        Path doom = home.resolve("doom");
        long unpruned = 0;
        int checked = 0;
        Map<String, JsonNode> stopped = Map.of();
        try (ServerProcess server = backend.server(home).with("CONCORD_AUTOMATIC_VERSIONS", "2");
                Writer named = new Writer(NAMED);
                Writer moving = new Writer("moving")) {
            List<Writer> writers = List.of(named, moving);
            for (int kill = 0; kill < KILLS; kill++) {
                server.with("CONCORD_VERSION_SECONDS", "1")
                        .main(
                                DoomedServer.class,
                                "-Dconcord.doom.method=saveSnapshot",
                                "-Dconcord.doom.file=" + doom,
                                "-Dconcord.doom.call=" + (1 + random.nextInt(4)))
                        .start();
                checkLogs(server, writers, stopped);
                writers.forEach(writer -> writer.client.connect(server.socket(writer.room)));
                List<Typist> typists = writers.stream()
                        .map(writer -> Typist.start(writer.client, writer.ledger, new Random(random.nextLong()), 2))
                        .toList();
                long enough = named.ledger.acknowledged() + 1 + random.nextInt(600);
                Await.until("ops are acknowledged", () -> named.ledger.acknowledged() >= enough);
                String label = "life " + kill;
                named.captured.put(new RoomHistory(server, NAMED).capture(label).id(), label);
                Files.createFile(doom);
                assertEquals(137, server.awaitEnd());
                Files.delete(doom);
                typists.forEach(Typist::close);
                writers.forEach(writer -> writer.client.awaitDeath());
                // While versions are looked at, none of its own may take the place of one.
                server.plainMain().with("CONCORD_VERSION_SECONDS", "0");
                Map<String, JsonNode> left = rooms(server);

                server.start();
                for (Writer writer : writers) {
                    unpruned += pruning(server, left.get(writer.room));
                    // Before its writer comes back, who could bring along what the server has lost.
                    join(server, writer.room, writer.ledger::check);
                    writer.client.connect(server.socket(writer.room));
                    writer.type(random);
                    writer.client.awaitAcks();
                    checked += checkVersions(server, writer);
                }
                server.stop();

                stopped = rooms(server);
            }

            server.start();
            checkLogs(server, writers, stopped);
            for (Writer writer : writers) {
                writer.client.awaitClose();
                writer.client.connect(server.socket(writer.room));
                checked += checkVersions(server, writer);
                RoomHistory history = new RoomHistory(server, writer.room);
                for (Map.Entry<RoomHistory.Version, String> version :
                        texts(history, writer).entrySet()) {
                    history.restore(version.getKey().id());
                    writer.client.awaitText(version.getValue());
                    assertEquals(
                            version.getValue(), history.text(version.getKey().id()));
                    join(server, writer.room, (document, text) -> assertEquals(version.getValue(), text));
                }
                writer.client.assertUndisturbed();
            }
            System.out.println("HistoryKillTest: " + backend + ", seed " + seed + ": " + KILLS
                    + " kills between a snapshot and its pruning, " + (named.log.size() + moving.log.size())
                    + " ops in two rooms, " + unpruned + " that the killed had not removed, removed later, " + checked
                    + " looks at a version's text and differences, all right");
        }
    }

    /** Somebody who comes late finds what all have. */
    private static void join(ServerProcess server, String room, BiConsumer<Document, String> check) {
        try (TestClient late = new TestClient("late").connect(server.socket(room))) {
            assertEquals(server.digest(room), late.digest());
            String text = server.text(room);
            late.look(document -> {
                assertEquals(text, document.text());
                assertEquals(0, document.pendingCount());
                check.accept(document, text);
                return null;
            });
        }
    }

    /** Every version that the server has, and what it must say: the first ops of the log, as many as it names, make its text. */
    private static Map<RoomHistory.Version, String> texts(RoomHistory history, Writer writer) {
        Map<RoomHistory.Version, String> texts = new LinkedHashMap<>();
        Document document = new Document("reader");
        int applied = 0;
        for (RoomHistory.Version version : history.versions()) {
            for (; applied < version.opSeq(); applied++) {
                document.apply(writer.log.get(applied));
            }
            texts.put(version, document.text());
        }
        return texts;
    }

    private static int checkVersions(ServerProcess server, Writer writer) {
        RoomHistory history = new RoomHistory(server, writer.room);
        Map<RoomHistory.Version, String> texts = texts(history, writer);
        Map<Long, String> labels = new HashMap<>();
        texts.keySet().stream()
                .filter(version -> !version.automatic())
                .forEach(version -> labels.put(version.id(), version.label()));
        assertEquals(writer.captured, labels, "those with a name are all there");
        RoomHistory.Version last = null;
        for (Map.Entry<RoomHistory.Version, String> entry : texts.entrySet()) {
            RoomHistory.Version version = entry.getKey();
            assertEquals(entry.getValue(), history.text(version.id()));
            if (last != null) {
                history.checkDifference(last.id(), texts.get(last), String.valueOf(version.id()), entry.getValue());
            }
            last = version;
        }
        if (last != null) {
            history.checkDifference(last.id(), texts.get(last), "current", writer.client.text());
        }
        return texts.size();
    }

    /** How many ops are in the log that the snapshot covers and no version needs; fails when ops are gone that are needed. */
    private static long pruning(ServerProcess server, JsonNode room) {
        long snapshot = room.get("snapshot_seq").longValue();
        List<RoomHistory.Version> versions =
                new RoomHistory(server, room.get("room").textValue()).versions();
        long needed = versions.isEmpty()
                ? snapshot
                : Math.min(snapshot, versions.get(0).opSeq());
        long left =
                needed - (room.get("op_seq").longValue() - room.get("log_ops").longValue());
        assertTrue(left >= 0, () -> "needed from op " + needed + " on: " + room + ", " + versions);
        return left;
    }

    /** What a server that stopped in peace has left in its logs. */
    private static void checkLogs(ServerProcess server, List<Writer> writers, Map<String, JsonNode> stopped) {
        for (Writer writer : writers) {
            JsonNode room = stopped.get(writer.room);
            if (room != null) {
                assertEquals(writer.log.size(), room.get("op_seq").longValue());
                assertEquals(room.get("op_seq"), room.get("snapshot_seq"));
                assertEquals(0, pruning(server, room), "the log holds what the versions need and nothing else");
            }
        }
    }

    /** How the store stands, as the operator's command tells it. */
    private static Map<String, JsonNode> rooms(ServerProcess server) throws IOException {
        ServerProcess.Outcome outcome = server.run("rooms", "--json");
        assertEquals(0, outcome.status(), outcome::err);
        Map<String, JsonNode> rooms = new HashMap<>();
        outcome.out()
                .lines()
                .map(ServerProcess::json)
                .forEach(room -> rooms.put(room.get("room").textValue(), room));
        return rooms;
    }
}
