package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an insertion builds on: it waits for each of that, it may be half known, and it is garbage beside garbage. */
class CausesTest {
    private final YDocument ann = new YDocument(1);
    private final YDocument bob = new YDocument(2);
    private final YDocument cid = new YDocument(3);
    private final YDocument late = new YDocument(9);

    /** Takes updates one after another; what is shown after each, with dots when something waits. */
    private void shows(List<byte[]> updates, String... texts) {
        for (int i = 0; i < texts.length; i++) {
            late.apply(updates.get(i));
            String waits = late.pendingCount() > 0 ? "..." : "";
            assertEquals(texts[i], late.root("t").plainText() + waits, "after update " + i);
            late.checkInvariants();
        }
        YDocument inOrder = new YDocument(8);
        inOrder.apply(Updates.merge(UpdateFormat.V1, updates.toArray(byte[][]::new)));
        assertArrayEquals(inOrder.encode(), late.encode());
    }

    /** Bob writes c between a and d, Cid b between a and c: left of Cid's is Ann's, right of it Bob's. */
    private byte[][] cidBetweenAnnAndBob() {
        byte[] fromAnn = ann.edit(() -> ann.text("t").insert(0, "ad"));
        bob.apply(fromAnn);
        byte[] fromBob = bob.edit(() -> bob.text("t").insert(1, "c"));
        cid.apply(fromAnn);
        cid.apply(fromBob);
        return new byte[][] {fromAnn, fromBob, cid.edit(() -> cid.text("t").insert(1, "b"))};
    }

    @Test
    void theRightOriginIsWaitedFor() {
        byte[][] made = cidBetweenAnnAndBob();
        shows(List.of(made[0], made[2], made[1]), "ad", "ad...", "abcd");
    }

    @Test
    void theRightOriginIsWaitedForWhenTheLeftOneHasCome() {
        byte[][] made = cidBetweenAnnAndBob();
        shows(List.of(made[2], made[0], made[1]), "...", "ad...", "abcd");
    }

    /** Bob writes b after a, Cid c between b and d: left of Cid's is Bob's, right of it Ann's. */
    @Test
    void theLeftOriginIsWaitedFor() {
        byte[] fromAnn = ann.edit(() -> ann.text("t").insert(0, "ad"));
        bob.apply(fromAnn);
        byte[] fromBob = bob.edit(() -> bob.text("t").insert(1, "b"));
        cid.apply(fromAnn);
        cid.apply(fromBob);
        byte[] fromCid = cid.edit(() -> cid.text("t").insert(2, "c"));
        shows(List.of(fromCid, fromAnn, fromBob), "...", "ad...", "abcd");
        YDocument other = new YDocument(7);
        other.apply(fromAnn);
        other.apply(fromCid);
        assertEquals("ad", other.text("t").text());
        assertEquals(1, other.pendingCount());
        other.apply(fromBob);
        assertEquals("abcd", other.text("t").text());
    }

    @Test
    void theParentIsWaitedFor() {
        byte[] fromAnn = ann.edit(() -> ann.array("t").insertType(0, TypeKind.TEXT, null));
        bob.apply(fromAnn);
        byte[] fromBob = bob.edit(() -> ((YType) bob.array("t").elements().get(0)).insert(0, "in"));
        cid.apply(fromAnn);
        cid.apply(fromBob);
        shows(List.of(fromBob, fromAnn), "...", "in");
        // Its own client comes first, and the parent is still missing.
        byte[] first = bob.edit(() -> bob.text("u").insert(0, "x"));
        byte[] second = bob.edit(() -> ((YType) bob.array("t").elements().get(0)).set("k", 1L));
        YDocument other = new YDocument(7);
        other.apply(second);
        other.apply(fromBob);
        other.apply(first);
        assertEquals(3, other.pendingCount());
        other.apply(fromAnn);
        assertEquals(0, other.pendingCount());
        assertEquals(1L, ((YType) other.array("t").elements().get(0)).get("k"));
    }

    /** Letters of Bob, and x, which Cid writes after the second one and which comes together with the fourth. */
    private List<byte[]> aGapThatIsMetFirst(int... offsets) {
        List<byte[]> updates = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String letter = "abcd".substring(i, i + 1);
            int offset = offsets[i];
            updates.add(bob.edit(() -> bob.text("t").insert(offset, letter)));
            if (i < 2) {
                cid.apply(updates.get(i));
            }
        }
        updates.add(cid.edit(() -> cid.text("t").insert(2, "x")));
        updates.add(1, Updates.merge(UpdateFormat.V1, updates.get(4), updates.remove(3)));
        return updates;
    }

    /** What Cid's builds on is looked for among Bob's, and the gap there is what Yjs notes: before it is full, x is not tried again. */
    @Test
    void whatIsReadyWaitsForTheGapThatWasMetFirst() {
        shows(aGapThatIsMetFirst(0, 1, 2, 3), "a", "a...", "ab...", "abcdx");
    }

    @Test
    void aDuplicateOfWhatIsReadyIsTakenIn() {
        List<byte[]> updates = aGapThatIsMetFirst(0, 1, 2, 3);
        updates.add(3, updates.remove(4));
        shows(updates, "a", "a...", "ab...", "abx...", "abcdx");
    }

    /** A duplicate of what waits notes again what it is missing. */
    @Test
    void whatComesTwiceIsTriedAsSoonAsItsOwnCauseHasCome() {
        List<byte[]> updates = aGapThatIsMetFirst(0, 1, 2, 3);
        updates.add(2, updates.remove(4));
        shows(updates, "a", "a...", "a...", "abx...", "abcdx");
    }

    /** A check tries an update on a document that waits for the same: x is placed with Bob's third letter, and has to pass Ann's. */
    @Test
    void whatAnUpdateLetsInIsCheckedWithIt() {
        List<byte[]> updates = aGapThatIsMetFirst(0, 1, 0, 0);
        byte[] third = updates.get(3);
        updates.subList(0, 3).forEach(ann::apply);
        updates.subList(0, 3).forEach(late::apply);
        late.apply(ann.edit(() -> ann.text("t").insert(2, "y")));
        assertEquals("aby", late.root("t").plainText());
        assertThrows(BoundExceededException.class, () -> late.check(third, UpdateFormat.V1, 0));
        late.check(third, UpdateFormat.V1, 1);
        assertEquals(1, late.apply(third).scanned());
        assertEquals("dcabyx", late.root("t").plainText());
        assertEquals(0, late.pendingCount());
    }

    @Test
    void whatIsHalfKnownGrowsWhereItEnded() {
        ann.text("t").insert(0, ">");
        byte[] begun = ann.encode();
        bob.apply(begun);
        cid.apply(begun);
        byte[] before = cid.edit(() -> cid.text("t").insert(1, "!"));
        ann.apply(before);
        byte[] ab = ann.edit(() -> ann.text("t").insert(1, "ab"));
        YDocument inSteps = new YDocument(4);
        for (YDocument to : new YDocument[] {bob, inSteps}) {
            to.apply(begun);
            to.apply(before);
            to.apply(ab);
        }
        byte[] concurrent = bob.edit(() -> bob.text("t").insert(3, "Z"));
        inSteps.apply(concurrent);
        byte[] cd = ann.edit(() -> ann.text("t").insert(3, "cd"));
        inSteps.apply(cd);
        // One struct has abcd now, of which bob knows the half.
        bob.apply(ann.encode());
        assertEquals(">abcdZ!", bob.text("t").text());
        bob.checkInvariants();
        assertArrayEquals(inSteps.encode(), bob.encode());
        inSteps.apply(ann.edit(() -> ann.text("t").insert(5, "e")));
        bob.apply(ann.encode());
        assertEquals(inSteps.text("t").text(), bob.text("t").text());
        assertArrayEquals(inSteps.encode(), bob.encode());
    }

    private static YType inner(YDocument document) {
        return (YType) document.array("t").elements().get(0);
    }

    /** Ann has written ab into a text; for Bob, who deleted the text, it is garbage. */
    private void abIsGarbageForBob() {
        byte[] fromAnn =
                ann.edit(() -> ann.array("t").insertType(0, TypeKind.TEXT, null).insert(0, "ab"));
        bob.apply(fromAnn);
        cid.apply(fromAnn);
        bob.array("t").delete(0, 1);
    }

    /** Bob takes what was made where he has garbage, and ends with what they have who knew it before they knew of the deletion. */
    private void isGarbageForBob(YDocument from, byte[] made) {
        bob.apply(made);
        bob.checkInvariants();
        assertEquals("", bob.root("t").plainText());
        assertEquals(0, bob.pendingCount());
        YDocument loaded = new YDocument(8);
        loaded.apply(bob.encode());
        from.apply(bob.encode());
        YDocument expected = new YDocument(7);
        expected.apply(from.encode());
        assertArrayEquals(expected.encode(), loaded.encode());
        assertTrue(loaded.encode().length < 40, Fixtures.hex(loaded.encode()));
    }

    @Test
    void whatStandsAfterGarbageIsGarbage() {
        abIsGarbageForBob();
        isGarbageForBob(cid, cid.edit(() -> inner(cid).insert(2, "after")));
    }

    @Test
    void whatStandsBeforeGarbageIsGarbage() {
        abIsGarbageForBob();
        isGarbageForBob(cid, cid.edit(() -> inner(cid).insert(0, "before")));
    }

    @Test
    void whatStandsInGarbageIsGarbage() {
        abIsGarbageForBob();
        isGarbageForBob(cid, cid.edit(() -> inner(cid).set("key", "value")));
    }

    @Test
    void whatStandsInGarbageWithinGarbageIsGarbage() {
        byte[] fromAnn = ann.edit(() -> ann.array("t")
                .insertType(0, TypeKind.MAP, null)
                .setType("inner", TypeKind.MAP, null)
                .set("a", 1L));
        bob.apply(fromAnn);
        cid.apply(fromAnn);
        bob.array("t").delete(0, 1);
        isGarbageForBob(cid, cid.edit(() -> ((YType) inner(cid).get("inner")).set("b", 2L)));
    }

    /** No editing call makes this: left of it is a text that is alive, right of it garbage. Yjs says that it is garbage. */
    @Test
    void whatStandsBetweenTheLivingAndGarbageIsGarbage() {
        late.apply(Fixtures.hex("01 01 01 00 04 01 01 74 01 41 00"));
        late.apply(Fixtures.hex("01 01 05 00 00 01 00"));
        late.apply(Fixtures.hex("01 01 03 00 c4 01 00 05 00 01 42 00"));
        assertEquals("A", late.root("t").plainText());
        assertEquals("0301050000010103000001010100040101740141020501000103010001", Fixtures.hex(late.encode()));
    }

    /** Somebody used ids twice: as two texts, in two roots. The one that came first counts, as with Yjs. */
    @Test
    void whatIsHalfKnownGrowsWhereItsFirstPartIs() {
        late.apply(Fixtures.hex("01 01 01 00 04 01 01 74 02 41 42 00"));
        late.apply(Fixtures.hex("01 01 01 00 04 01 01 75 04 61 62 63 64 00"));
        assertEquals("ABcd", late.root("t").plainText());
        assertEquals("", late.root("u").plainText());
    }

    @Test
    void garbageOfWhichHalfIsKnownGrows() {
        abIsGarbageForBob();
        ann.edit(() -> inner(ann).insert(2, "cd"));
        // One struct has abcd, of which bob has ab as garbage.
        isGarbageForBob(ann, ann.encode());
    }
}
