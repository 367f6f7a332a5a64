package dev.concord.store.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.store.AiRun;
import dev.concord.store.AiRun.State;
import dev.concord.store.AiRuns;
import dev.concord.store.Embeddings;
import dev.concord.store.Embeddings.Neighbour;
import dev.concord.store.ExactScan;
import dev.concord.store.RoomStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do for proposed edits and for search. An adapter's test extends it and says how to open a store. */
public abstract class AiStoreContract {
    private static final long NOW = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;

    protected RoomStore store;
    private AiRuns runs;
    private Embeddings embeddings;

    /** A store without rooms. */
    protected abstract RoomStore open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
        runs = store.aiRuns();
        embeddings = store.embeddings();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void keep(AiRun run) {
        store.create(run.roomId(), run.epoch(), null);
        assertTrue(runs.add(run));
    }

    private static AiRun run(String id, String room, long createdAt) {
        return new AiRun(
                id,
                room,
                "e1",
                "ann",
                "shorten \uD83D\uDE00",
                "done",
                "[]",
                State.PENDING,
                createdAt,
                createdAt + HOUR);
    }

    @Test
    void aRunIsKeptAsItWas() {
        AiRun run = run("r1", "a", NOW);
        keep(run);
        assertEquals(Optional.of(run), runs.find("a", "r1"));
        assertEquals(Optional.empty(), runs.find("b", "r1"));
        assertEquals(Optional.empty(), runs.find("a", "r2"));
    }

    @Test
    void thoseThatWaitAreListedNewestFirstUntilTheyExpireOrAreDecided() {
        keep(run("r1", "a", NOW));
        keep(run("r2", "a", NOW + 1));
        keep(run("r3", "a", NOW + 2));
        keep(run("r4", "b", NOW + 3));
        assertTrue(runs.move("a", "r2", State.PENDING, State.DECLINED));
        assertEquals(
                List.of("r3", "r1"),
                runs.pending("a", NOW + 10, 10).stream().map(AiRun::id).toList());
        assertEquals(
                List.of("r3"),
                runs.pending("a", NOW + 10, 1).stream().map(AiRun::id).toList());
        assertEquals(
                List.of("r3"),
                runs.pending("a", NOW + HOUR + 1, 10).stream().map(AiRun::id).toList());
    }

    @Test
    void aRunIsAppliedOnceAndNotAfterItWasDeclinedOrHasExpired() {
        keep(run("r1", "a", NOW));
        assertFalse(runs.claim("b", "r1", NOW, NOW + 100));
        assertTrue(runs.claim("a", "r1", NOW, NOW + 100));
        assertFalse(runs.claim("a", "r1", NOW + 100, NOW + 200));
        assertTrue(runs.move("a", "r1", State.APPLYING, State.APPLIED));
        assertFalse(runs.move("a", "r1", State.APPLYING, State.APPLIED));
        assertFalse(runs.claim("a", "r1", NOW + 500, NOW + 600));
        assertEquals(State.APPLIED, runs.find("a", "r1").orElseThrow().state());

        keep(run("r2", "a", NOW));
        assertTrue(runs.move("a", "r2", State.PENDING, State.DECLINED));
        assertFalse(runs.claim("a", "r2", NOW, NOW + 100));

        keep(run("r3", "a", NOW));
        assertFalse(runs.claim("a", "r3", NOW + HOUR, NOW + HOUR + 100));
    }

    @Test
    void aClaimWhoseProcessEndedIsTakenOver() {
        keep(run("r1", "a", NOW));
        assertTrue(runs.claim("a", "r1", NOW, NOW + 100));
        assertTrue(runs.claim("a", "r1", NOW + 101, NOW + 200));
        assertFalse(runs.claim("a", "r1", NOW + 102, NOW + 300));
    }

    @Test
    void ofManyWhoClaimAtOnceOneSucceeds() throws Exception {
        keep(run("r1", "a", NOW));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> claims = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                claims.add(() -> runs.claim("a", "r1", NOW, NOW + 100));
            }
            int claimed = 0;
            for (Future<Boolean> claim : threads.invokeAll(claims, 60, TimeUnit.SECONDS)) {
                claimed += claim.get() ? 1 : 0;
            }
            assertEquals(1, claimed);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void runsAreForgottenADayAfterTheyExpiredAndWithTheirRoom() {
        store.create("a", "e1", null);
        store.create("b", "e1", null);
        keep(run("old", "a", NOW));
        keep(run("late", "b", NOW + HOUR + 24 * HOUR));
        assertTrue(runs.find("a", "old").isPresent());
        keep(run("later", "b", NOW + HOUR + 24 * HOUR + 1));
        assertTrue(runs.find("a", "old").isEmpty());
        store.delete("b");
        assertTrue(runs.find("b", "late").isEmpty());
    }

    @Test
    void aRoomThatMayNotBeShownOrHasTooLittleInCommonTakesNoPlace() {
        for (int i = 0; i < 40; i++) {
            room("r" + i);
            float[] vector = new float[Embeddings.DIMENSIONS];
            vector[0] = (float) Math.cos(i * 0.03);
            vector[1] = (float) Math.sin(i * 0.03);
            embeddings.save("r" + i, "e1", vector, "m1", 0);
        }
        assertEquals(
                List.of("r3", "r13", "r23"),
                embeddings.nearest(axis(0), "m1", -1, 3, room -> room.endsWith("3")).stream()
                        .map(Neighbour::roomId)
                        .toList());
        assertEquals(
                List.of("r3", "r13"),
                embeddings.nearest(axis(0), "m1", Math.cos(13.5 * 0.03), 3, room -> room.endsWith("3")).stream()
                        .map(Neighbour::roomId)
                        .toList());
        assertEquals(List.of(), embeddings.nearest(axis(0), "m1", -1, 3, room -> false));
        assertEquals(List.of(), embeddings.nearest(axis(2), "m1", 0.1, 3, room -> true));
    }

    @Test
    void aRunAndAVectorOfAHistoryThatIsOverAreNotKept() {
        store.create("a", "e0", new byte[] {1});
        store.delete("a");
        AiRun late = new AiRun("late", "a", "e0", "ann", "secret", "secret", "[]", State.PENDING, NOW, NOW + HOUR);
        assertFalse(runs.add(late));
        embeddings.save("a", "e0", axis(0), "m1", 9);
        assertEquals(List.of(), embeddings.nearest(axis(0), "m1", 10));

        room("a");
        assertFalse(runs.add(late));
        assertTrue(runs.find("a", "late").isEmpty());
        embeddings.save("a", "e0", axis(0), "m1", 9);
        assertEquals(List.of(), embeddings.nearest(axis(0), "m1", 10));
    }

    private static float[] vector(Random random, int dimensions) {
        float[] vector = new float[Embeddings.DIMENSIONS];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
            squares += (double) vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    private static float[] axis(int index) {
        float[] vector = new float[Embeddings.DIMENSIONS];
        vector[index] = 1;
        return vector;
    }

    private void room(String id) {
        store.create(id, "e1", new byte[] {1});
    }

    @Test
    void aVectorIsKeptAsItWasForItsModelOnly() {
        room("a");
        float[] vector = vector(new Random(1), Embeddings.DIMENSIONS);
        embeddings.save("a", "e1", vector, "m1", 0);
        assertArrayEquals(vector, embeddings.find("a", "m1").orElseThrow());
        assertTrue(embeddings.find("a", "m2").isEmpty());
        assertTrue(embeddings.find("b", "m1").isEmpty());
    }

    @Test
    void aVectorOfAnotherLengthIsRefused() {
        room("a");
        assertThrows(IllegalArgumentException.class, () -> embeddings.save("a", "e1", new float[3], "m1", 0));
    }

    @Test
    void aRoomHasOneVectorAndAnOlderOneDoesNotReplaceANewerOne() {
        room("a");
        embeddings.save("a", "e1", axis(0), "m1", 5);
        embeddings.save("a", "e1", axis(1), "m1", 4);
        assertArrayEquals(axis(0), embeddings.find("a", "m1").orElseThrow());
        embeddings.save("a", "e1", axis(2), "m1", 5);
        assertArrayEquals(axis(2), embeddings.find("a", "m1").orElseThrow());
        embeddings.save("a", "e1", axis(3), "m2", 1);
        assertArrayEquals(axis(3), embeddings.find("a", "m2").orElseThrow());
        assertTrue(embeddings.find("a", "m1").isEmpty());
    }

    @Test
    void aRoomThatIsGoneOrBlankIsNotFound() {
        room("a");
        room("b");
        room("c");
        embeddings.save("a", "e1", axis(0), "m1", 0);
        embeddings.save("b", "e1", axis(0), "m1", 0);
        embeddings.save("c", "e1", axis(0), "m1", 0);
        embeddings.save("b", "e1", null, "m1", 1);
        store.delete("c");
        embeddings.save("c", "e1", axis(0), "m1", 9);
        assertEquals(List.of(new Neighbour("a", 1)), embeddings.nearest(axis(0), "m1", 10));
        assertTrue(embeddings.find("b", "m1").isEmpty());
    }

    @Test
    void theNearestComeFirstAndEquallyNearOnesById() {
        for (String id : List.of("d", "b", "c", "a")) {
            room(id);
        }
        float[] between = new float[Embeddings.DIMENSIONS];
        between[0] = 0.6f;
        between[1] = 0.8f;
        embeddings.save("d", "e1", axis(0), "m1", 0);
        embeddings.save("b", "e1", axis(1), "m1", 0);
        embeddings.save("c", "e1", axis(0), "m1", 0);
        embeddings.save("a", "e1", between, "m1", 0);

        List<Neighbour> found = embeddings.nearest(axis(0), "m1", 10);
        assertEquals(
                List.of("c", "d", "a", "b"),
                found.stream().map(Neighbour::roomId).toList());
        assertEquals(0.6, found.get(2).similarity(), 1e-6);
        assertEquals(0, found.get(3).similarity(), 1e-6);
        assertEquals(
                List.of("c", "d"),
                embeddings.nearest(axis(0), "m1", 2).stream()
                        .map(Neighbour::roomId)
                        .toList());
        assertEquals(List.of(), embeddings.nearest(axis(0), "m2", 10));
    }

    @Test
    void aQuestionMayBeAskedAnyNumberOfTimes() {
        room("a");
        float[] vector = vector(new Random(1), 384);
        embeddings.save("a", "e1", vector, "m1", 0);
        // On each connection of a pool often enough for a driver to prepare the statement at the server.
        for (int i = 0; i < 100; i++) {
            assertEquals(1, embeddings.nearest(vector, "m1", 10).get(0).similarity(), 1e-5);
            assertArrayEquals(vector, embeddings.find("a", "m1").orElseThrow(), 1e-6f);
        }
    }

    @Test
    void theRankingIsThatOfAnExactScan() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<String, float[]> all = new HashMap<>();
        for (int i = 0; i < 150; i++) {
            String id = "room-" + i;
            room(id);
            float[] vector = vector(random, 384);
            all.put(id, vector);
            embeddings.save(id, "e1", vector, i % 10 == 0 ? "m2" : "m1", 0);
        }
        for (int query = 0; query < 10; query++) {
            float[] vector = vector(random, 384);
            ExactScan scan = new ExactScan(vector, -1, 50, room -> true);
            all.forEach((id, each) -> {
                if (Integer.parseInt(id.substring(5)) % 10 != 0) {
                    scan.add(id, each);
                }
            });
            List<Neighbour> expected = scan.nearest();
            List<Neighbour> found = embeddings.nearest(vector, "m1", 50);
            assertEquals(
                    expected.stream().map(Neighbour::roomId).toList(),
                    found.stream().map(Neighbour::roomId).toList(),
                    "seed " + seed);
            for (int i = 0; i < found.size(); i++) {
                assertEquals(expected.get(i).similarity(), found.get(i).similarity(), 1e-5, "seed " + seed);
            }
        }
    }

    @Test
    void roomsWhoseVectorIsMissingOldOrOfAnotherModelAreKnown() {
        for (String id : List.of("a", "b", "c", "d")) {
            room(id);
        }
        store.create("without-snapshot", "e1", null);
        embeddings.save("a", "e1", axis(0), "m1", 0);
        embeddings.save("b", "e1", axis(0), "m2", 0);
        embeddings.save("c", "e1", null, "m1", 0);
        assertEquals(List.of("b", "d"), embeddings.outdated("m1", "", 10));
        assertEquals(List.of("b"), embeddings.outdated("m1", "", 1));
        assertEquals(List.of("d"), embeddings.outdated("m1", "b", 10));

        store.append(
                new dev.concord.store.BatchId("w", 1),
                List.of(new dev.concord.store.Append("a", "e1", new byte[] {7})));
        store.saveSnapshot("a", "e1", new byte[] {2}, 1);
        assertEquals(List.of("a", "b", "d"), embeddings.outdated("m1", "", 10));
        embeddings.save("a", "e1", axis(1), "m1", 1);
        assertEquals(List.of("b", "d"), embeddings.outdated("m1", "", 10));
    }
}
