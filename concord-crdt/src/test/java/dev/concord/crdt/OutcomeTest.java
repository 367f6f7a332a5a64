package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What becomes of an operation: said beforehand, and said the same afterwards. */
class OutcomeTest {
    private static final Anchor START = Anchor.after(ElementId.HEAD);

    private final Document document = new Document("me");

    @Test
    void anOutcomeOfEachKind() {
        Operation insert = insert("a", 1, START, "abc");
        assertEquals(
                Outcome.PENDING,
                document.apply(new Operation.Delete(new ElementId("a", 2), 1)).outcome());
        assertEquals(
                Outcome.DUPLICATE,
                document.apply(new Operation.Delete(new ElementId("a", 2), 1)).outcome());
        assertEquals(
                Outcome.PENDING,
                document.apply(insert("b", 1, Anchor.after(new ElementId("a", 3)), "!"))
                        .outcome());
        Applied applied = document.apply(insert);
        assertEquals(Outcome.APPLIED, applied.outcome());
        assertEquals("ac!", document.text());
        assertFalse(applied.changes().isEmpty());
        assertEquals(new Applied(Outcome.DUPLICATE, List.of()), document.apply(insert));
        assertEquals(
                Outcome.DUPLICATE,
                document.apply(new Operation.Delete(new ElementId("a", 2), 1)).outcome());
        assertEquals(
                Outcome.APPLIED,
                document.apply(new Operation.Delete(new ElementId("a", 1), 2)).outcome());
        assertEquals(
                Outcome.PENDING,
                document.apply(new Operation.Delete(new ElementId("a", 3), 5)).outcome(),
                "one was here, four wait");
        assertEquals("!", document.text());
    }

    @Test
    void aVerdictIsForgottenWhenTheDocumentChanges() {
        Operation op = insert("me", 1, START, "x");
        assertEquals(Outcome.APPLIED, document.check(op));
        document.insert(0, "y");
        assertThrows(ConflictException.class, () -> document.apply(op));
        Operation again = insert("me", 1, START, "y");
        assertEquals(Outcome.DUPLICATE, document.check(again));
        assertEquals(Outcome.DUPLICATE, document.apply(again).outcome());

        Operation next = insert("me", 2, Anchor.after(new ElementId("me", 1)), "z");
        assertEquals(Outcome.APPLIED, document.check(next));
        document.insert(1, "q");
        assertThrows(ConflictException.class, () -> document.apply(next));

        Operation waits = insert("c", 1, Anchor.after(new ElementId("d", 1)), "1");
        assertEquals(Outcome.PENDING, document.check(waits));
        document.apply(insert("c", 1, Anchor.after(new ElementId("d", 2)), "1"));
        assertThrows(ConflictException.class, () -> document.apply(waits));

        Operation delete = new Operation.Delete(new ElementId("e", 1), 1);
        assertEquals(Outcome.PENDING, document.check(delete));
        document.apply(insert("e", 1, START, "e"));
        assertEquals(Outcome.APPLIED, document.apply(delete).outcome());
    }

    @Property
    void whatIsSaidBeforehandComes(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = new ArrayList<>(RandomHistory.wild(random, 30));
        ops.addAll(ops.subList(0, ops.size() / 2));
        Collections.shuffle(ops, random);
        Document replica = new Document("replica");
        Document twin = new Document("twin");
        byte[] before = replica.encode();
        for (Operation op : ops) {
            Outcome expected = replica.check(op);
            if (random.nextInt(4) == 0) {
                assertArrayEquals(before, replica.encode(), "checking changes nothing");
            }
            assertEquals(expected == Outcome.DUPLICATE, replica.isKnown(op));
            long pending = replica.pendingElements();
            Applied applied = replica.apply(op);
            assertEquals(expected, applied.outcome(), "seed " + seed + ", " + op);
            assertEquals(expected, twin.apply(op, ChangeSink.NONE), "without a check");
            byte[] after = replica.encode();
            assertEquals(expected == Outcome.DUPLICATE, Arrays.equals(before, after));
            before = after;
            if (expected == Outcome.APPLIED) {
                assertTrue(replica.pendingElements() <= pending);
            }
        }
        assertArrayEquals(twin.digest(), replica.digest());
    }

    @Property
    void aForkIsEqualAndGoesItsOwnWay(@ForAll long seed) {
        Random random = new Random(seed);
        Document original = new Document("original");
        RandomHistory.wild(random, 20).forEach(original::apply);
        Document fork = original.fork("fork");
        assertEquals("fork", fork.site());
        assertArrayEquals(original.digest(), fork.digest());
        byte[] before = original.encode();
        List<Operation> typed = fork.insert(0, "typed");
        assertArrayEquals(before, original.encode());
        original.applyAll(typed);
        assertArrayEquals(original.digest(), fork.digest());
    }

    @Property
    void allAtOnceIsAsOneByOne(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = new ArrayList<>(RandomHistory.wild(random, 30));
        ops.addAll(ops.subList(0, ops.size() / 3));
        Collections.shuffle(ops, random);
        Document one = new Document("one");
        ops.forEach(one::apply);
        Replay all = new Replay("all");
        all.follow(all.document.applyAll(ops.subList(0, ops.size() / 2)));
        all.follow(all.document.applyAll(ops.subList(ops.size() / 2, ops.size())));
        assertArrayEquals(one.digest(), all.document.digest());
        all.check();
    }

    @Test
    void aDocumentWithoutANameGetsOneOfItsOwn() {
        Document one = new Document();
        Document two = new Document();
        assertNotEquals(one.site(), two.site());
        assertEquals("Document[site=" + one.site() + ", length=0, elements=0, pending=0]", one.toString());
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value);
    }
}
