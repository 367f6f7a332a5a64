package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Shapes that break recursive or quadratic engines. Their times are in docs/BENCHMARKS.md, not asserted here. */
class HostileTest {
    private static final int MANY = 100_000;

    @Test
    void aLongChainDeliveredBackwardsThroughThePendingBuffer() {
        Document document = new Document("r");
        for (int i = MANY; i >= 2; i--) {
            document.apply(insert("ab".charAt(i % 2) + "", i, Anchor.after(previous(i)), "x"));
        }
        assertEquals(0, document.length());
        assertEquals(MANY - 1, document.pendingCount());
        List<TextChange> changes = document.apply(insert("b", 1, Anchor.after(ElementId.HEAD), "x"))
                .changes();
        assertEquals(MANY, document.length());
        assertEquals(0, document.pendingCount());
        assertEquals(1, changes.size());
    }

    private static ElementId previous(int i) {
        return new ElementId(String.valueOf("ab".charAt((i - 1) % 2)), i - 1);
    }

    @Test
    void manySiblingsOnOneAnchorInAnyOrder() {
        List<Operation> ops = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            ops.add(insert("s" + (i % 100), 1 + i / 100, Anchor.after(ElementId.HEAD), "x"));
        }
        byte[] state = null;
        for (int round = 0; round < 3; round++) {
            Document document = new Document("r");
            ops.forEach(document::apply);
            assertEquals(MANY, document.length());
            byte[] own = document.encode();
            if (state != null) {
                assertArrayEquals(state, own);
            }
            state = own;
            Collections.shuffle(ops, new Random(round));
        }
    }

    @Test
    void manyNestedBefores() {
        Document document = new Document("r");
        document.apply(insert("a", 1, Anchor.after(ElementId.HEAD), "x"));
        for (int i = 2; i <= MANY; i++) {
            document.apply(insert("a", i, Anchor.before(new ElementId("a", i - 1)), "x"));
        }
        assertEquals(MANY, document.length());
        // One that stands before all of them: found without walking the chain.
        document.apply(insert("0", 1, Anchor.after(ElementId.HEAD), "y"));
        assertEquals('y', document.text().charAt(0));
        assertEquals(document.text(), Document.load("l", document.encode()).text());
    }

    @Test
    void manyInsertsAndDeletesAtOneSpot() {
        Document document = new Document("me");
        document.insert(0, "[]");
        for (int i = 0; i < MANY; i++) {
            document.insert(1, "x");
            document.delete(1, 1);
        }
        assertEquals("[]", document.text());
        document.checkInvariants();
    }

    @Test
    void aMillionCharactersCutUpByManyDeletes() {
        Document document = new Document("me");
        document.insert(0, "x".repeat(1_000_000));
        Random random = new Random(1);
        for (int i = 0; i < MANY; i++) {
            document.delete(random.nextInt(document.length()), 1);
        }
        assertEquals(1_000_000 - MANY, document.length());
        assertEquals(document.text(), Document.load("l", document.encode()).text());
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value);
    }
}
