package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A long day in one room, replayed fast: its op log stays bounded, and afterwards a server starts as quickly and is as small as before.
 * {@code -Dconcord.edits=360000} is an hour of ten people who each type ten characters a second.
 */
@Tag("long")
@ExtendWith(ServerLogs.class)
class LongDayTest {
    private static final int EDITS = Integer.getInteger("concord.edits", 12_000);
    private static final int WRITERS = 4;
    /**
     * Past 20,000 ops compactions follow one another without a pause. To them comes what is typed while one is made, which here is a hundred
     * times faster than people type.
     */
    private static final int BOUND = 3 * 20_000;
    /** What an hour may add to the heap: the document, whose tombstones it keeps, and nothing that grows with the log. */
    private static final long DOCUMENT_KILOBYTES = 16 * 1024;

    private static final String ROOM = "day";

    @TempDir
    Path home;

    /** How a server was found after a restart. */
    private record Restart(long millis, long kilobytes) {}

    @ParameterizedTest
    @EnumSource(Backend.class)
    @Timeout(3600)
    void the_log_stays_bounded_and_restarts_stay_quick(Backend backend) throws IOException {
        long seed = Seed.of(LongDayTest.class, "-Dconcord.edits=" + EDITS);
        Random random = new Random(seed);
        Ledger ledger = new Ledger();
        List<Writer> writers = new ArrayList<>();
        try (ServerProcess server = backend.server(home).start()) {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer(new TestClient("writer-" + i).onAck(ledger::acknowledged), ledger, random));
            }
            write(server, writers, 1_000);
            Restart before = restart(server);

            long started = System.nanoTime();
            CompletableFuture<Void> day = CompletableFuture.runAsync(() -> write(server, writers, EDITS));
            long longest = 0;
            int looks = 0;
            while (!day.isDone()) {
                longest = Math.max(longest, logLength(server));
                looks++;
            }
            day.join();
            long seconds = Duration.ofNanos(System.nanoTime() - started).toSeconds();
            Await.until("the log is compacted", () -> logLength(server) == 0);

            Restart after = restart(server);
            try (TestClient reader = new TestClient("late").connect(server.socket(ROOM))) {
                String text = server.text(ROOM);
                reader.look(document -> {
                    ledger.checkComplete(document, text);
                    return null;
                });
            }
            System.out.println("LongDayTest: " + backend + ", seed " + seed + ": " + EDITS + " edits in " + seconds
                    + " s, at most " + longest + " ops in the log in " + looks + " looks, 0 in the end; restart "
                    + before.millis() + " ms and a heap of " + before.kilobytes() + " KB before, " + after.millis()
                    + " ms and "
                    + after.kilobytes() + " KB after");
            assertTrue(longest <= BOUND, "the log held " + longest + " ops");
            assertTrue(after.kilobytes() <= before.kilobytes() + DOCUMENT_KILOBYTES, before + ", then " + after);
        } finally {
            writers.forEach(writer -> writer.client.close());
        }
    }

    private static void write(ServerProcess server, List<Writer> writers, int edits) {
        writers.forEach(writer -> writer.client.connect(server.socket(ROOM)));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        writers.forEach(writer -> all.add(CompletableFuture.runAsync(() -> writer.write(edits / WRITERS))));
        all.forEach(CompletableFuture::join);
        writers.forEach(writer -> writer.client.awaitAcks(Duration.ofMinutes(2)));
        writers.forEach(writer -> writer.client.close());
    }

    /** Stops the server and starts it again, until somebody has the room. */
    private static Restart restart(ServerProcess server) {
        assertEquals(0, server.stop());
        long started = System.nanoTime();
        server.start();
        try (TestClient reader = new TestClient("first").connect(server.socket(ROOM))) {
            long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
            assertEquals(server.digest(ROOM), reader.digest());
            return new Restart(millis, server.heapKilobytes());
        }
    }

    private static long logLength(ServerProcess server) {
        try {
            ServerProcess.Outcome outcome = server.run("rooms", "--json");
            assertEquals(0, outcome.status(), outcome::err);
            JsonNode room = ServerProcess.json(outcome.out());
            assertEquals(ROOM, room.get("room").textValue());
            return room.get("log_ops").longValue();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Types sentences, goes back over them, and throws away what is old, so that the text keeps its length. */
    private static final class Writer {
        private static final int MAX_UNACKNOWLEDGED = 500;
        private static final int ENOUGH_TEXT = 20_000;

        final TestClient client;
        private final Ledger ledger;
        private final Random random;
        private Caret caret = new Caret(ElementId.HEAD, Bias.LEFT);

        Writer(TestClient client, Ledger ledger, Random random) {
            this.client = client;
            this.ledger = ledger;
            this.random = new Random(random.nextLong());
        }

        void write(int edits) {
            for (int i = 0; i < edits; i++) {
                client.edit(document -> {
                    List<Operation> ops = change(document);
                    ledger.made(ops);
                    return ops;
                });
                if (client.unacknowledged() >= MAX_UNACKNOWLEDGED) {
                    client.awaitThat(
                            "acknowledgements come",
                            () -> client.unacknowledged() < MAX_UNACKNOWLEDGED / 2,
                            Duration.ofMinutes(2));
                }
            }
        }

        private List<Operation> change(Document document) {
            int length = document.length();
            int at = document.offsetOf(caret);
            if (length > ENOUGH_TEXT) {
                // No large deletion: a version of what was there would hold the log.
                return document.delete(random.nextInt(length - 100), 100);
            }
            if (random.nextInt(50) == 0) {
                at = random.nextInt(length + 1);
            }
            List<Operation> ops;
            if (random.nextInt(5) == 0 && at > 0) {
                at--;
                ops = document.delete(at, 1);
            } else {
                ops = document.insert(at, String.valueOf((char) ('a' + random.nextInt(26))));
                at++;
            }
            // It moves with what the others type.
            caret = document.caretAt(at, Bias.LEFT);
            return ops;
        }
    }
}
