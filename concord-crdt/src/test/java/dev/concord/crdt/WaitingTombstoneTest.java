package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Text that was deleted elsewhere, and waits here for what it hangs on. */
class WaitingTombstoneTest {
    private static final ElementId ID = new ElementId("ann", 7);
    private static final Anchor MISSING = Anchor.after(new ElementId("bob", 3));
    private static final Operation TEXT = new Operation.Insert(ID, MISSING, "abc");
    private static final Operation PLACEHOLDERS = new Operation.Insert(ID, MISSING, "\uFFFD\uFFFD\uFFFD");
    private static final Operation DELETE = new Operation.Delete(ID, 3);

    private static void arrive(Document at) {
        for (int i = 1; i <= 3; i++) {
            at.apply(new Operation.Insert(
                    new ElementId("bob", i), Anchor.after(i == 1 ? ElementId.HEAD : new ElementId("bob", i - 1)), "x"));
        }
    }

    @Test
    void placeholdersDoNotContradictTheTextThatTheyStandFor() {
        Document textFirst = new Document("x");
        textFirst.apply(TEXT);
        textFirst.apply(DELETE);
        textFirst.apply(PLACEHOLDERS);
        Document placeholdersFirst = new Document("y");
        placeholdersFirst.apply(DELETE);
        placeholdersFirst.apply(PLACEHOLDERS);
        placeholdersFirst.apply(TEXT);
        assertArrayEquals(textFirst.digest(), placeholdersFirst.digest());
        arrive(textFirst);
        arrive(placeholdersFirst);
        assertEquals("xxx", textFirst.text());
        assertArrayEquals(textFirst.digest(), placeholdersFirst.digest());
    }

    @Test
    void whatIsNotDeletedIsComparedAllTheSame() {
        Document document = new Document("x");
        document.apply(TEXT);
        document.apply(new Operation.Delete(ID, 1));
        document.apply(new Operation.Delete(new ElementId("ann", 9), 1));
        document.apply(new Operation.Insert(ID, MISSING, "\uFFFDb\uFFFD"));
        assertThrows(ConflictException.class, () -> document.apply(PLACEHOLDERS));
    }

    @Test
    void theDeleteIsStillKnownAfterLoading() {
        Document document = new Document("x");
        document.apply(TEXT);
        document.apply(new Operation.Delete(new ElementId("ann", 9), 1));
        Document loaded = Document.load("y", document.encode());
        assertTrue(loaded.isKnown(new Operation.Delete(new ElementId("ann", 9), 1)));
        assertEquals(false, loaded.isKnown(DELETE));
        arrive(loaded);
        assertEquals("xxxab", loaded.text());
    }
}
