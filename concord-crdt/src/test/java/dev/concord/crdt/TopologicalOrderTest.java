package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TopologicalOrderTest {
    private static DecodedState.Run run(String site, long counter, int length, String anchorSite, long anchor) {
        ElementId on = anchorSite.isEmpty() ? ElementId.HEAD : new ElementId(anchorSite, anchor);
        return new DecodedState.Run(site, counter, length, "x".repeat(length), new Anchor(on, Side.AFTER));
    }

    private static Document copy(Document document) {
        return Document.load("copy", document.encode());
    }

    @Test
    void twoWhoTypedIntoEachOthersTextNeverMakeOneAnotherWait() {
        Document ann = new Document("ann");
        Document bob = new Document("bob");
        byte[] before = bob.version();
        for (int i = 0; i < 100; i++) {
            ann.insert(ann.length() / 2, "a").forEach(bob::apply);
            bob.insert(bob.length() / 2, "b").forEach(ann::apply);
        }
        Document third = new Document("third");
        for (Operation op : ann.missingFrom(before)) {
            assertNotEquals(Outcome.PENDING, third.check(op), () -> op + " has to wait");
            third.apply(op);
        }
        assertArrayEquals(ann.digest(), third.digest());
    }

    @Property
    void whatIsMissingComesInAnOrderInWhichNoInsertWaits(@ForAll long seed) {
        Random random = new Random(seed);
        Document here = new Document("here");
        Document there = new Document("there");
        for (Operation op : RandomHistory.typed(random, 3, 10 + random.nextInt(60))) {
            there.apply(op);
            if (here.check(op) != Outcome.PENDING && random.nextBoolean()) {
                here.apply(op);
            }
        }
        Document merged = copy(here);
        for (Operation op : there.missingFrom(here.version())) {
            assertTrue(op instanceof Operation.Delete || here.check(op) != Outcome.PENDING, () -> op + " has to wait");
            here.apply(op);
        }
        merged.merge(there.difference(merged.version()));
        assertArrayEquals(there.digest(), here.digest());
        assertArrayEquals(there.digest(), merged.digest());
    }

    @Property
    void nothingIsLostAndAnchorsComeFirstInWhateverOrderTheyWere(@ForAll long seed) {
        Random random = new Random(seed);
        List<DecodedState.Run> runs = new ArrayList<>();
        Set<ElementId> made = new HashSet<>();
        made.add(ElementId.HEAD);
        long[] counters = {1, 1, 1};
        for (int i = 0; i < 1 + random.nextInt(30); i++) {
            int site = random.nextInt(counters.length);
            int length = 1 + random.nextInt(3);
            ElementId on = List.copyOf(made).get(random.nextInt(made.size()));
            runs.add(run("s" + site, counters[site], length, on.site(), on.counter()));
            for (int k = 0; k < length; k++) {
                made.add(new ElementId("s" + site, counters[site]++));
            }
            counters[site] += random.nextInt(2);
        }
        List<DecodedState.Run> shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled, random);
        List<DecodedState.Run> ordered = TopologicalOrder.of(shuffled);
        assertEquals(Set.copyOf(runs), Set.copyOf(ordered));
        assertEquals(runs.size(), ordered.size());
        Set<ElementId> there = new HashSet<>(Set.of(ElementId.HEAD));
        for (DecodedState.Run run : ordered) {
            assertTrue(there.contains(run.anchor().element()), () -> run + " comes too early in " + ordered);
            for (int k = 0; k < run.length(); k++) {
                there.add(new ElementId(run.site(), run.counter() + k));
            }
        }
    }

    @Test
    void aChainOfAHundredThousandBackwardsIsTurnedRound() {
        List<DecodedState.Run> runs = new ArrayList<>();
        int count = 100_000;
        for (int i = 1; i <= count; i++) {
            runs.add(i == count ? run("s", 2L * i, 1, "", 0) : run("s", 2L * i, 1, "s", 2L * i + 2));
        }
        List<DecodedState.Run> ordered = TopologicalOrder.of(runs);
        Collections.reverse(runs);
        assertEquals(runs, ordered);
    }

    @Test
    void aCircleIsCutAndAnAnchorFromElsewhereIsNotLookedFor() {
        List<DecodedState.Run> circle = List.of(run("a", 1, 2, "b", 2), run("b", 1, 2, "a", 2), run("c", 1, 1, "c", 1));
        assertEquals(Set.copyOf(circle), Set.copyOf(TopologicalOrder.of(circle)));
        List<DecodedState.Run> apart = List.of(run("a", 5, 2, "b", 9), run("b", 1, 2, "z", 1), run("b", 20, 1, "a", 7));
        assertEquals(apart, TopologicalOrder.of(apart));
    }
}
