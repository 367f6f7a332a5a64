package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bad input names its field and leaves no trace. */
class RefusalTest {
    private static final Anchor START = Anchor.after(ElementId.HEAD);

    @Test
    void fieldsOutsideTheirRanges() {
        refused("id.counter", () -> new ElementId("a", 0));
        refused("id.counter", () -> new ElementId("a", -1));
        refused("id.counter", () -> new ElementId("a", 1L << 53));
        refused("id.site", () -> new ElementId("", 1));
        refused("id.site", () -> new ElementId("a b", 1));
        refused("id.site", () -> new ElementId("\u00e4", 1));
        refused("id.site", () -> new ElementId("x".repeat(65), 1));
        refused("before", () -> Anchor.before(ElementId.HEAD));
        refused("id.counter", () -> new Operation.Insert(ElementId.HEAD, START, "x"));
        refused("value", () -> new Operation.Insert(new ElementId("a", 1), START, ""));
        refused("value", () -> new Operation.Insert(new ElementId("a", 1), START, "x\uD83D"));
        refused("value", () -> new Operation.Insert(new ElementId("a", 1), START, "\uDE00\uD83D"));
        refused("length", () -> new Operation.Insert(new ElementId("a", (1L << 53) - 1), START, "xy"));
        refused("after", () -> new Operation.Insert(new ElementId("a", 1), Anchor.after(new ElementId("a", 1)), "x"));
        refused("length", () -> new Operation.Delete(new ElementId("a", 1), 0));
        refused("length", () -> new Operation.Delete(new ElementId("a", (1L << 53) - 1), 2));
    }

    @Test
    void offsetsOutsideTheTextOrInsideAPair() {
        Document document = new Document("a");
        document.insert(0, "x\uD83D\uDE00y");
        refused("offset", () -> document.insert(5, "z"));
        refused("offset", () -> document.insert(-1, "z"));
        refused("offset", () -> document.insert(2, "z"));
        refused("offset", () -> document.delete(1, 1));
        refused("length", () -> document.delete(3, 2));
        refused("offset", () -> document.idAt(4));
        refused("range", () -> document.text(3, 9));
        assertEquals("x\uD83D\uDE00y", document.text());
    }

    @Test
    void anIdWithTwoMeaningsIsAConflictAndChangesNothing() {
        Document document = new Document("r");
        document.apply(new Operation.Insert(new ElementId("a", 1), START, "abc"));
        document.apply(new Operation.Insert(new ElementId("w", 2), Anchor.after(new ElementId("z", 1)), "pq"));
        byte[] before = document.encode();
        conflicts(document, new Operation.Insert(new ElementId("a", 1), START, "x"));
        conflicts(document, new Operation.Insert(new ElementId("a", 2), START, "b"));
        conflicts(
                document,
                new Operation.Insert(new ElementId("a", 3), Anchor.after(new ElementId("a", 2)), "cX".substring(1)));
        conflicts(document, new Operation.Insert(new ElementId("a", 2), Anchor.before(new ElementId("a", 1)), "b"));
        conflicts(document, new Operation.Insert(new ElementId("w", 3), Anchor.after(new ElementId("w", 2)), "X"));
        conflicts(document, new Operation.Insert(new ElementId("w", 2), START, "p"));
        assertArrayEquals(before, document.encode());
        document.apply(new Operation.Insert(new ElementId("a", 3), Anchor.after(new ElementId("a", 2)), "cd"));
        assertEquals("abcd", document.text());
    }

    @Test
    void aWaitingElementThatIsDeletedElsewhereHasNoValueToConflictWith() {
        Document first = new Document("r");
        Operation real = new Operation.Insert(new ElementId("w", 2), Anchor.after(new ElementId("z", 1)), "pqr");
        first.apply(real);
        first.apply(new Operation.Delete(new ElementId("w", 3), 1));
        Document second = new Document("s");
        first.missingFrom(second.version()).forEach(second::apply);
        second.apply(real);
        Document third = new Document("t");
        third.apply(real);
        first.missingFrom(new Document("n").version()).forEach(third::apply);
        assertArrayEquals(first.encode(), second.encode());
        assertArrayEquals(first.encode(), third.encode());
        conflicts(second, new Operation.Insert(new ElementId("w", 4), Anchor.after(new ElementId("w", 3)), "X"));
        second.apply(new Operation.Insert(new ElementId("z", 1), START, "z"));
        assertEquals("zpr", second.text());
    }

    @Test
    void whatWaitsIsCounted() {
        Document document = new Document("r");
        document.apply(new Operation.Insert(new ElementId("a", 2), Anchor.after(new ElementId("a", 1)), "bc"));
        document.apply(new Operation.Delete(new ElementId("b", 5), 1 << 29));
        document.apply(new Operation.Delete(new ElementId("b", 3), 4));
        document.apply(new Operation.Delete(new ElementId("a", 3), 4));
        assertEquals(3, document.pendingCount());
        assertEquals(2 + 2L + (1 << 29) + 4, document.pendingElements());
        document.apply(new Operation.Insert(new ElementId("a", 1), START, "a"));
        assertEquals("ab", document.text());
        assertEquals(2, document.pendingCount());
        assertEquals(2L + (1 << 29) + 3, document.pendingElements());
        assertEquals(
                document.pendingElements(),
                Document.load("l", document.encode()).pendingElements());
    }

    private static void refused(String field, Executable call) {
        assertEquals(field, assertThrows(InvalidOperationException.class, call).field());
    }

    private static void conflicts(Document document, Operation op) {
        assertThrows(ConflictException.class, () -> document.apply(op));
        assertThrows(ConflictException.class, () -> document.check(op));
    }
}
