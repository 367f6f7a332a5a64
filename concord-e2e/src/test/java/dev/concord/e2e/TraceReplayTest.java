package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two people's real session, each of them one client, with all its concurrency. */
@ExtendWith(ServerLogs.class)
class TraceReplayTest {
    private static final int WRITERS = 2;

    @TempDir
    Path home;

    /** Positions and counts are code points. */
    private record Patch(int position, int deleted, String inserted) {}

    /**
     * A transaction.
     *
     * @param othersSeen the number of the other writer's transactions that it was made on: since a writer's own ones follow each
     *     other, those are always the first so many
     */
    private record Transaction(int writer, int othersSeen, List<Patch> patches) {}

    private record Trace(List<List<Transaction>> byWriter, String endContent, boolean astral) {}

    @Test
    @Timeout(900)
    void two_friends_write_through_the_server_and_all_agree_also_after_kill_9() throws Exception {
        Trace trace = trace("friendsforever");
        try (ServerProcess server = new ServerProcess(home).start()) {
            List<TestClient> clients = new ArrayList<>();
            List<AtomicLongArray> lastSeqs = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                clients.add(new TestClient("writer-" + writer).holdBack().connect(server.socket("friends")));
                lastSeqs.add(new AtomicLongArray(trace.byWriter().get(writer).size()));
            }
            List<CompletableFuture<Void>> writing = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int self = writer;
                writing.add(CompletableFuture.runAsync(
                        () -> write(
                                trace,
                                trace.byWriter().get(self),
                                clients.get(self),
                                lastSeqs.get(self),
                                lastSeqs.get(1 - self)),
                        task -> new Thread(task, "writer").start()));
            }
            for (CompletableFuture<Void> done : writing) {
                done.join();
            }
            for (int writer = 0; writer < WRITERS; writer++) {
                merge(clients.get(writer), trace.byWriter().get(1 - writer).size(), lastSeqs.get(1 - writer));
                clients.get(writer).awaitAcks();
            }

            String digest = clients.get(0).digest();
            for (TestClient client : clients) {
                client.assertUndisturbed();
                assertEquals(trace.endContent(), client.text());
                assertEquals(digest, client.digest());
            }
            assertEquals(trace.endContent(), server.text("friends"));
            assertEquals(digest, server.digest("friends"));
            checkLateJoiner(server, "late", trace.endContent(), digest);

            server.kill9();
            server.start();
            assertEquals(trace.endContent(), server.text("friends"));
            assertEquals(digest, server.digest("friends"));
            checkLateJoiner(server, "later", trace.endContent(), digest);
        }
    }

    private static void checkLateJoiner(ServerProcess server, String site, String text, String digest) {
        try (TestClient late = new TestClient(site).connect(server.socket("friends"))) {
            assertEquals(text, late.text());
            assertEquals(digest, late.digest());
        }
    }

    /** Makes all transactions of one writer, each on exactly the state that its author saw. */
    private static void write(
            Trace trace, List<Transaction> mine, TestClient client, AtomicLongArray myLastSeq, AtomicLongArray theirs) {
        for (int i = 0; i < mine.size(); i++) {
            Transaction transaction = mine.get(i);
            merge(client, transaction.othersSeen(), theirs);
            for (Patch patch : transaction.patches()) {
                client.edit(document -> apply(patch, document, trace.astral()));
            }
            myLastSeq.set(i, client.lastSeq());
        }
    }

    /** Lets in the first so many transactions of the other writer, and nothing beyond. */
    private static void merge(TestClient client, int transactions, AtomicLongArray theirLastSeq) {
        if (transactions == 0) {
            return;
        }
        int last = transactions - 1;
        // Once applied, they no longer count as held.
        client.awaitThat("the other writer's transaction " + last + " is here", () -> {
            long seq = theirLastSeq.get(last);
            return seq > 0 && (client.heldUpTo() >= seq || client.appliedUpTo() >= seq);
        });
        client.applyHeld(theirLastSeq.get(last));
    }

    private static List<Operation> apply(Patch patch, Document document, boolean astral) {
        int from = patch.position();
        int to = from + patch.deleted();
        if (astral) {
            String text = document.text();
            from = text.offsetByCodePoints(0, from);
            to = text.offsetByCodePoints(from, patch.deleted());
        }
        List<Operation> ops = new ArrayList<>(document.delete(from, to - from));
        if (!patch.inserted().isEmpty()) {
            ops.addAll(document.insert(from, patch.inserted()));
        }
        return ops;
    }

    private static Trace trace(String name) throws IOException {
        JsonNode json;
        try (InputStream in = TraceReplayTest.class.getResourceAsStream("/traces/" + name + ".json.gz")) {
            json = ServerProcess.JSON.readTree(new GZIPInputStream(in));
        }
        assertEquals("concurrent", json.get("kind").textValue());
        assertEquals(WRITERS, json.get("numAgents").intValue());
        JsonNode all = json.get("txns");
        List<List<Transaction>> byWriter = List.of(new ArrayList<>(), new ArrayList<>());
        // seen[i][w]: how many transactions of writer w are among the ancestors of i, and i itself.
        int[][] seen = new int[all.size()][];
        boolean astral = false;
        for (int i = 0; i < all.size(); i++) {
            JsonNode one = all.get(i);
            int writer = one.get("agent").intValue();
            int[] before = new int[WRITERS];
            for (JsonNode parent : one.get("parents")) {
                for (int w = 0; w < WRITERS; w++) {
                    before[w] = Math.max(before[w], seen[parent.intValue()][w]);
                }
            }
            List<Transaction> own = byWriter.get(writer);
            assertEquals(own.size(), before[writer], "a writer's transactions follow each other");
            List<Patch> patches = new ArrayList<>();
            for (JsonNode patch : one.get("patches")) {
                String inserted = patch.get(2).textValue();
                astral |= inserted.codePoints().anyMatch(Character::isSupplementaryCodePoint);
                patches.add(new Patch(patch.get(0).intValue(), patch.get(1).intValue(), inserted));
            }
            own.add(new Transaction(writer, before[1 - writer], patches));
            before[writer]++;
            seen[i] = before;
        }
        return new Trace(byWriter, json.get("endContent").textValue(), astral);
    }
}
