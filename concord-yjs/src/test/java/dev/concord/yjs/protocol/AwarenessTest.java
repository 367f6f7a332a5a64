package dev.concord.yjs.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.yjs.Fixtures;
import dev.concord.yjs.NodeJudge;
import dev.concord.yjs.Seeds;
import dev.concord.yjs.protocol.AwarenessUpdate.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AwarenessTest {
    private static final ProtocolLimits LIMITS = ProtocolLimits.DEFAULT;
    private static final long FIRST_SEED = 5_000_000;

    @Test
    void recordedSessionsEndAsThoseOfYProtocols() throws Exception {
        String[] lines = Fixtures.lines("awareness.jsonl");
        assertEquals(100, lines.length);
        for (String line : lines) {
            check(line);
        }
    }

    @Test
    void newSessionsEndAsThoseOfYProtocols() throws Exception {
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED;
        int count = Seeds.runs(500);
        int[] sessions = new int[1];
        NodeJudge.run(
                "awareness.mjs",
                count,
                seed,
                line -> Seeds.run(
                        "AwarenessTest#newSessionsEndAsThoseOfYProtocols", seed + sessions[0]++, given -> check(line)));
        assertEquals(count, sessions[0]);
        System.out.println("awareness: " + count + " new sessions of y-protocols in node; no difference");
    }

    private static void check(String line) throws Exception {
        Awareness<String> awareness = new Awareness<>(LIMITS);
        int now = 0;
        for (JsonNode step : Fixtures.JSON.readTree(line).get("steps")) {
            List<AwarenessChange> changes = new ArrayList<>();
            if (step.has("leave")) {
                // Each client has a connection of its own.
                step.get("leave").forEach(client -> changes.add(awareness.leave(client.asText())));
            } else {
                AwarenessUpdate update = AwarenessUpdate.read(Fixtures.base64(step.get("update")), LIMITS);
                Map<Long, List<Entry>> byClient = new LinkedHashMap<>();
                for (Entry entry : update.entries()) {
                    byClient.computeIfAbsent(entry.client(), key -> new ArrayList<>())
                            .add(entry);
                }
                for (Map.Entry<Long, List<Entry>> client : byClient.entrySet()) {
                    changes.add(awareness.apply(new AwarenessUpdate(client.getValue()), "" + client.getKey(), now++));
                }
            }
            awareness.checkInvariants();
            TreeSet<Long> added = new TreeSet<>();
            TreeSet<Long> changed = new TreeSet<>();
            TreeSet<Long> removed = new TreeSet<>();
            for (AwarenessChange change : changes) {
                added.addAll(change.added());
                changed.addAll(change.changed());
                removed.addAll(change.removed());
                assertTrue(change.renewed().containsAll(change.changed()));
            }
            assertEquals(longs(step.get("added")), added);
            assertEquals(longs(step.get("changed")), changed);
            assertEquals(longs(step.get("removed")), removed);
            Map<String, String> states = new TreeMap<>();
            awareness.states().forEach((client, state) -> states.put("" + client, state));
            Map<String, String> expected = new TreeMap<>();
            step.get("states")
                    .properties()
                    .forEach(state ->
                            expected.put(state.getKey(), state.getValue().asText()));
            assertEquals(expected, states);
            List<Entry> all = new ArrayList<>(awareness.all().entries());
            all.sort(Comparator.comparing(Entry::client));
            assertEquals(
                    Fixtures.hex(Fixtures.base64(step.get("all"))), Fixtures.hex(new AwarenessUpdate(all).toBytes()));
        }
    }

    private static Set<Long> longs(JsonNode array) {
        Set<Long> longs = new TreeSet<>();
        array.forEach(number -> longs.add(number.asLong()));
        return longs;
    }

    @Test
    void whoConnectsAgainBeforeTheOldConnectionEndsStaysPresent() {
        Awareness<String> awareness = new Awareness<>(LIMITS);
        awareness.apply(one(5, 1, "{}"), "old", 0);
        awareness.apply(one(5, 2, "{}"), "new", 1);
        assertTrue(awareness.leave("old").isEmpty());
        assertEquals("new", awareness.owner(5));
        assertEquals(List.of(5L), awareness.leave("new").removed());
        assertNull(awareness.owner(5));
    }

    @Test
    void whoComesBackAfterLeavingNeedsANewerClock() {
        Awareness<String> awareness = new Awareness<>(LIMITS);
        awareness.apply(one(5, 3, "{}"), "a", 0);
        assertEquals(one(5, 3, null), awareness.leave("a").update());
        assertTrue(awareness.apply(one(5, 3, "{}"), "b", 1).isEmpty());
        assertEquals(List.of(5L), awareness.apply(one(5, 4, "{}"), "b", 2).added());
    }

    @Test
    void aStateWithClockZeroIsNotTaken() {
        Awareness<String> awareness = new Awareness<>(LIMITS);
        assertTrue(awareness.apply(one(5, 0, "{}"), "a", 0).isEmpty());
        assertEquals(List.of(5L), awareness.apply(one(5, 1, "{}"), "a", 0).added());
    }

    @Test
    void aClientThatDoesNotRenewIsGoneAfterThirtySeconds() {
        Awareness<String> awareness = new Awareness<>(LIMITS);
        awareness.apply(one(5, 1, "{}"), "a", 0);
        awareness.apply(one(6, 1, "{}"), "b", 10);
        awareness.apply(one(5, 2, "{}"), "a", 15_000);
        assertTrue(awareness.expire(30_009).isEmpty());
        assertEquals(List.of(6L), awareness.expire(30_010).removed());
        assertEquals(List.of(5L), awareness.expire(45_000).removed());
        assertTrue(awareness.leave("a").isEmpty());
    }

    @Test
    void moreStatesThanAllowedAreRefusedAndChangeNothing() {
        Awareness<String> awareness = new Awareness<>(new ProtocolLimits(99, 9, 9, 9, 9, 9, 2, 99, 9, 2));
        awareness.apply(one(1, 1, "{}"), "a", 0);
        AwarenessUpdate two = new AwarenessUpdate(List.of(new Entry(2, 1, "{}"), new Entry(3, 1, "{}")));
        assertEquals(
                "maxStates",
                assertThrows(LimitExceededException.class, () -> awareness.apply(two, "b", 0))
                        .limit());
        assertEquals(Set.of(1L), awareness.states().keySet());
        // What is no news does not count.
        assertEquals(
                List.of(2L),
                awareness
                        .apply(
                                new AwarenessUpdate(
                                        List.of(new Entry(2, 1, "{}"), new Entry(3, 0, "{}"), new Entry(1, 1, "{}"))),
                                "b",
                                0)
                        .added());
    }

    @Test
    void theFirstThatWentAreForgottenFirst() {
        Awareness<String> awareness = new Awareness<>(new ProtocolLimits(99, 9, 9, 9, 9, 9, 9, 99, 9, 2));
        for (int client = 1; client <= 3; client++) {
            awareness.apply(one(client, 9, "{}"), "a", 0);
            awareness.leave("a");
        }
        awareness.checkInvariants();
        assertEquals(List.of(), awareness.apply(one(3, 9, "{}"), "a", 0).added());
        assertEquals(List.of(1L), awareness.apply(one(1, 9, "{}"), "a", 0).added());
    }

    private static AwarenessUpdate one(long client, long clock, @Nullable String state) {
        return new AwarenessUpdate(List.of(new Entry(client, clock, state)));
    }

    /** The rules said plainly, for everybody who ever was: what time and owners do is not in y-protocols. */
    private static final class NaiveAwareness {
        final Map<Long, Long> clocks = new HashMap<>();
        final Map<Long, String> states = new HashMap<>();
        final Map<Long, String> owners = new HashMap<>();
        final Map<Long, Long> times = new HashMap<>();

        void apply(Entry entry, String owner, long now) {
            long clock = clocks.getOrDefault(entry.client(), 0L);
            boolean isEqualEnd = clock == entry.clock() && entry.state() == null && states.containsKey(entry.client());
            if (entry.clock() > clock || isEqualEnd) {
                clocks.put(entry.client(), entry.clock());
                if (entry.state() == null) {
                    states.remove(entry.client());
                } else {
                    states.put(entry.client(), entry.state());
                    owners.put(entry.client(), owner);
                    times.put(entry.client(), now);
                }
            }
        }

        void leave(String owner) {
            states.keySet().removeIf(client -> owners.get(client).equals(owner));
        }

        void expire(long now) {
            states.keySet().removeIf(client -> now - times.get(client) >= Awareness.OUTDATED_MILLIS);
        }
    }

    @Test
    void randomSessionsOfConnectionsAndTimeFollowTheNaiveRules() {
        int runs = Seeds.runs(2000);
        for (long seed = Seeds.first(); seed < Seeds.first() + runs; seed++) {
            Seeds.run("AwarenessTest#randomSessionsOfConnectionsAndTimeFollowTheNaiveRules", seed, given -> {
                Random random = new Random(given);
                Awareness<String> awareness = new Awareness<>(LIMITS);
                NaiveAwareness naive = new NaiveAwareness();
                Map<Long, String> shown = new HashMap<>();
                long now = random.nextInt(100_000);
                for (int i = 0; i < 60; i++) {
                    now += random.nextInt(4) == 0 ? random.nextInt(20_000) : 0;
                    String owner = "connection " + random.nextInt(4);
                    AwarenessChange change;
                    if (random.nextInt(6) == 0) {
                        change = awareness.leave(owner);
                        naive.leave(owner);
                    } else if (random.nextInt(6) == 0) {
                        change = awareness.expire(now);
                        naive.expire(now);
                    } else {
                        List<Entry> entries = new ArrayList<>();
                        for (int n = random.nextInt(4); n > 0; n--) {
                            entries.add(new Entry(
                                    random.nextInt(5),
                                    random.nextInt(8),
                                    random.nextInt(4) == 0 ? null : "{\"n\":" + random.nextInt(3) + "}"));
                        }
                        change = awareness.apply(new AwarenessUpdate(entries), owner, now);
                        for (Entry entry : entries) {
                            naive.apply(entry, owner, now);
                        }
                    }
                    awareness.checkInvariants();
                    assertEquals(naive.states, awareness.states());
                    naive.states
                            .keySet()
                            .forEach(client -> assertEquals(naive.owners.get(client), awareness.owner(client)));
                    // Whoever applies what is to be sent has the same.
                    for (Entry entry : change.update().entries()) {
                        assertEquals(naive.clocks.get(entry.client()), entry.clock());
                        if (entry.state() == null) {
                            shown.remove(entry.client());
                        } else {
                            shown.put(entry.client(), entry.state());
                        }
                    }
                    assertEquals(naive.states, shown);
                }
            });
        }
        System.out.println("awareness: " + runs + " random sessions; no difference from the naive rules");
    }
}
