package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits in the pending buffer: counted, known, released. */
class WaitingTest {
    private static final Anchor START = Anchor.after(ElementId.HEAD);
    private static final Anchor NOWHERE = Anchor.after(new ElementId("z", 1));

    private final Document document = new Document("r");

    @Test
    void anInsertThatWaitsIsKnownAndSoIsEachPartOfIt() {
        document.apply(insert("a", 5, NOWHERE, "pqrs"));
        assertEquals(Outcome.DUPLICATE, document.check(insert("a", 5, NOWHERE, "pqrs")));
        assertEquals(Outcome.DUPLICATE, document.check(insert("a", 5, NOWHERE, "p")));
        assertEquals(Outcome.DUPLICATE, document.check(insert("a", 6, Anchor.after(new ElementId("a", 5)), "qr")));
        assertNotEquals(Outcome.DUPLICATE, document.check(insert("a", 6, Anchor.after(new ElementId("a", 5)), "qrst")));
        assertThrows(ConflictException.class, () -> document.check(insert("a", 4, NOWHERE, "opq")));
        assertNotEquals(Outcome.DUPLICATE, document.check(insert("b", 5, NOWHERE, "pqrs")));
    }

    @Test
    void anInsertInTwoPiecesWithAHoleIsKnownWhenTheHoleIsFilled() {
        document.apply(insert("a", 1, NOWHERE, "p"));
        document.apply(insert("a", 3, Anchor.after(new ElementId("a", 2)), "r"));
        assertNotEquals(Outcome.DUPLICATE, document.check(insert("a", 1, NOWHERE, "pqr")));
        assertEquals(2, document.pendingCount());
        document.apply(insert("a", 1, NOWHERE, "pqr"));
        assertEquals(Outcome.DUPLICATE, document.check(insert("a", 1, NOWHERE, "pqr")));
        assertEquals(3, document.pendingElements());
        document.apply(insert("z", 1, START, "z"));
        assertEquals("zpqr", document.text());
        assertEquals(0, document.pendingElements());
        assertEquals(Outcome.DUPLICATE, document.check(insert("a", 1, NOWHERE, "pqr")));
    }

    @Test
    void aPartOfAnInsertThatIsHereIsKnownAndTheRestIsAdded() {
        document.apply(insert("a", 1, START, "pq"));
        assertNotEquals(Outcome.DUPLICATE, document.check(insert("a", 1, START, "pqrs")));
        List<TextChange> changes = document.apply(insert("a", 1, START, "pqrs")).changes();
        assertEquals(List.of(new TextChange(2, 0, "rs")), changes);
        assertEquals(
                new Applied(Outcome.DUPLICATE, List.of()),
                document.apply(insert("a", 2, Anchor.after(new ElementId("a", 1)), "qr")));
    }

    @Test
    void aDeleteThatWaitsIsKnown() {
        document.apply(new Operation.Delete(new ElementId("a", 2), 3));
        assertEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 2), 3)));
        assertEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 3), 1)));
        assertNotEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 1), 2)));
        assertNotEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 4), 2)));
        document.apply(insert("a", 1, START, "pqrst"));
        assertEquals("pt", document.text());
        assertEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 2), 3)));
        assertNotEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 2), 4)));
        assertEquals(0, document.pendingElements());
    }

    @Test
    void aTombstoneThatWaitsIsKnownAsDeleted() {
        Document other = new Document("o");
        other.apply(insert("a", 2, NOWHERE, "pqrs"));
        other.apply(new Operation.Delete(new ElementId("a", 3), 2));
        document.merge(other.encode());
        assertEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 3), 2)));
        assertEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 4), 1)));
        assertNotEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 2), 2)));
        assertNotEquals(Outcome.DUPLICATE, document.check(new Operation.Delete(new ElementId("a", 4), 2)));
    }

    @Test
    void aTombstoneThatWaitsStaysOneWhenItComesInALargerPiece() {
        Document other = new Document("o");
        other.apply(insert("a", 2, Anchor.after(new ElementId("a", 1)), "qrs"));
        other.apply(new Operation.Delete(new ElementId("a", 3), 2));
        document.merge(other.encode());
        document.apply(insert("a", 1, START, "pqrst"));
        assertEquals("pqt", document.text());
        assertEquals(0, document.pendingElements());
    }

    @Test
    void aDeleteOfMoreThanIsHereTakesWhatIsAndWaitsForTheRest() {
        document.apply(insert("a", 3, START, "cd"));
        document.apply(insert("a", 7, START, "gh"));
        document.apply(new Operation.Delete(new ElementId("a", 2), 6));
        assertEquals("h", document.text());
        assertEquals(2, document.pendingCount());
        assertEquals(1 + 2, document.pendingElements());
        document.apply(insert("a", 5, Anchor.after(new ElementId("a", 4)), "ef"));
        assertEquals("h", document.text());
        assertEquals(1, document.pendingElements());
    }

    @Test
    void oneAnchorReleasesAllThatWaitForItAndWhatHangsOnThem() {
        document.apply(insert("c", 1, Anchor.after(new ElementId("b", 2)), "3"));
        document.apply(insert("b", 1, Anchor.after(new ElementId("a", 2)), "12"));
        document.apply(insert("d", 1, Anchor.before(new ElementId("a", 2)), "0"));
        document.apply(insert("e", 1, Anchor.after(new ElementId("a", 9)), "9"));
        assertEquals(4, document.pendingCount());
        document.apply(insert("a", 1, START, "xy"));
        assertEquals("x0y123", document.text());
        assertEquals(1, document.pendingCount());
    }

    @Test
    void ownCountersGoOnAfterOwnTextThatWaits() {
        Document own = new Document("a");
        own.apply(insert("a", 7, NOWHERE, "late"));
        Operation.Insert typed = (Operation.Insert) own.insert(0, "x").get(0);
        assertEquals(11, typed.id().counter());
    }

    @Test
    void noMoreThanTheBoundWaits() {
        Operation all = new Operation.Delete(new ElementId("a", 1), 1 << 30);
        assertEquals(Outcome.PENDING, document.apply(all).outcome());
        assertEquals(Outcome.DUPLICATE, document.apply(all).outcome(), "what waits already does not count again");
        assertThrows(
                InvalidOperationException.class, () -> document.apply(new Operation.Delete(new ElementId("b", 1), 1)));
        document.apply(insert("b", 1, START, "x"));
        document.apply(new Operation.Delete(new ElementId("b", 1), 1));
        assertEquals("", document.text());
    }

    @Test
    void checkRefusesAConflictWithWhatWaitsAndChangesNothing() {
        document.apply(insert("a", 5, NOWHERE, "pqrs"));
        byte[] before = document.digest();
        assertThrows(ConflictException.class, () -> document.check(insert("a", 5, START, "pqrs")));
        assertThrows(ConflictException.class, () -> document.check(insert("a", 4, NOWHERE, "opq")));
        assertThrows(
                ConflictException.class,
                () -> document.check(insert("a", 7, Anchor.after(new ElementId("a", 6)), "rX")));
        document.check(insert("a", 8, Anchor.after(new ElementId("a", 7)), "st"));
        assertArrayEquals(before, document.digest());
    }

    private static Operation insert(String site, long counter, Anchor anchor, String value) {
        return new Operation.Insert(new ElementId(site, counter), anchor, value);
    }
}
