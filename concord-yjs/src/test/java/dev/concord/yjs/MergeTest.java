package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients of Yjs rely on when they edit at the same time: arrays, maps, texts, XML, updates, snapshots and positions of three replicas. */
class MergeTest {
    private final YDocument a = new YDocument(1);
    private final YDocument b = new YDocument(2);
    private final YDocument c = new YDocument(3);
    private final List<YDocument> all = List.of(a, b, c);

    /** All tell each other, in three orders; then all show the same and have the same bytes. */
    private void sync() {
        for (int round = 0; round < 2; round++) {
            for (YDocument from : all) {
                for (YDocument to : all) {
                    if (from != to) {
                        to.apply(from.encode(UpdateFormat.V1, to.stateVector()));
                    }
                }
            }
        }
        YDocument fresh = new YDocument(9);
        fresh.apply(c.encode(UpdateFormat.V2), UpdateFormat.V2);
        for (YDocument each : all) {
            assertEquals(0, each.pendingCount());
            assertEquals(a.stateVector(), each.stateVector());
            YDocument loaded = new YDocument(9);
            loaded.apply(each.encode());
            assertArrayEquals(fresh.encode(), loaded.encode());
            each.roots().forEach((name, root) -> {
                assertEquals(shown(root), shown(fresh.root(name)), name);
            });
        }
    }

    private static String shown(YType type) {
        return type.length() + type.plainText() + new TreeSet<>(type.entries().keySet());
    }

    private static List<Object> array(YDocument document) {
        return document.array("array").elements();
    }

    // ------------------------------------------------------------------ arrays

    @Test
    void elementsInsertedAtOnePlaceStandByClient() {
        c.array("array").insertAll(0, List.of("c"));
        a.array("array").insertAll(0, List.of("a1", "a2"));
        b.array("array").insertAll(0, List.of("b"));
        sync();
        assertEquals(List.of("a1", "a2", "b", "c"), array(b));
    }

    @Test
    void whatThreeInsertBetweenTheSameElementsIsNotMixed() {
        a.array("array").insertAll(0, List.of("x", "y"));
        sync();
        for (YDocument each : all) {
            each.array("array").insertAll(1, List.of(each.client() + "first"));
            each.array("array").insertAll(2, List.of(each.client() + "second"));
        }
        sync();
        assertEquals(List.of("x", "1first", "1second", "2first", "2second", "3first", "3second", "y"), array(c));
    }

    @Test
    void anElementDeletedByTwoIsGoneOnceAndInsertsBesideItStay() {
        a.array("array").insertAll(0, List.of("x", "y", "z"));
        sync();
        a.array("array").delete(1, 1);
        b.array("array").delete(1, 2);
        c.array("array").insertAll(2, List.of("c"));
        sync();
        assertEquals(List.of("x", "c"), array(a));
    }

    @Test
    void whatIsInsertedIntoADeletedRangeStays() {
        a.array("array").insertAll(0, List.of("1", "2", "3", "4"));
        sync();
        a.array("array").delete(0, 4);
        b.array("array").insertAll(2, List.of("new"));
        sync();
        assertEquals(List.of("new"), array(c));
    }

    @Test
    void anElementInsertedAndDeletedBeforeAnybodySawItLeavesNothing() {
        a.edit(() -> {
            a.array("array").insertAll(0, List.of("gone", "stays"));
            a.array("array").delete(0, 1);
        });
        sync();
        assertEquals(List.of("stays"), array(b));
        assertEquals(1, b.array("array").length());
    }

    @Test
    void oneWhoWasAwayTakesWhatTheOthersDidAndGivesItsOwn() {
        a.array("array").insertAll(0, List.of("x", "y"));
        sync();
        b.array("array").insertAll(1, List.of("away"));
        b.array("array").delete(0, 1);
        a.array("array").insertAll(2, List.of("end"));
        c.apply(a.encode());
        c.array("array").insertAll(0, List.of("begin"));
        sync();
        assertEquals(List.of("begin", "away", "y", "end"), array(a));
    }

    @Test
    void changesInATypeThatSomebodyElseDeletesAreGoneWithIt() {
        YType inner = a.array("array").insertType(0, TypeKind.MAP, null);
        sync();
        inner.set("k", "v");
        ((YType) b.array("array").elements().get(0))
                .setType("deep", TypeKind.ARRAY, null)
                .insertAll(0, List.of(1L));
        c.array("array").delete(0, 1);
        sync();
        assertEquals(0, a.array("array").length());
        assertTrue(inner.isDeleted());
        assertTrue(a.encode().length < 40, "what stood in it is garbage");
    }

    @Test
    void elementsOfManyKindsComeAsTheyWent() {
        List<Object> values =
                Arrays.asList(1L, -1L, 0x1p40, 1.5, true, null, "text", List.of(1L, List.of()), Map.of("k", "v"));
        a.array("array").insertAll(0, values);
        a.array("array").insertAll(9, List.of(new byte[] {0, -1}));
        sync();
        assertEquals(values, c.array("array").elements().subList(0, 9));
        assertArrayEquals(
                new byte[] {0, -1}, (byte[]) c.array("array").elements().get(9));
    }

    // ------------------------------------------------------------------ maps

    @Test
    void ofValuesSetAtOnceTheHighestClientsCounts() {
        for (YDocument each : all) {
            each.map("map").set("k", "from " + each.client());
        }
        sync();
        assertEquals("from 3", a.map("map").get("k"));
        a.map("map").set("k", "later");
        sync();
        assertEquals("later", c.map("map").get("k"));
    }

    @Test
    void aValueThatIsSetWhileItIsRemovedStays() {
        a.map("map").set("k", 1L);
        sync();
        a.map("map").remove("k");
        b.map("map").set("k", 2L);
        sync();
        assertEquals(2L, c.map("map").get("k"));
        c.map("map").remove("k");
        sync();
        assertFalse(a.map("map").has("k"));
    }

    @Test
    void aTypeSetByOneAndAValueByAnother() {
        a.map("map").setType("k", TypeKind.MAP, null).set("inner", 1L);
        b.map("map").set("k", "value");
        sync();
        assertEquals("value", a.map("map").get("k"));
        YType text = c.map("map").setType("k", TypeKind.TEXT, null);
        sync();
        text.insert(0, "c");
        ((YType) a.map("map").get("k")).insert(0, "a");
        sync();
        assertEquals("ac", ((YType) b.map("map").get("k")).text());
    }

    @Test
    void keysAreTheirOwnAndTheEmptyOneIsOne() {
        a.map("map").set("", "empty");
        b.map("map").set("other", 2L);
        c.map("map").set("👾", "beyond");
        sync();
        assertEquals(
                Map.of("", "empty", "other", 2L, "👾", "beyond"), b.map("map").entries());
        for (String key : List.of("", "other", "👾")) {
            b.map("map").remove(key);
        }
        sync();
        assertEquals(Map.of(), c.map("map").entries());
    }

    @Test
    void manyValuesOfOneKeyLeaveOne() {
        for (int i = 0; i < 50; i++) {
            YDocument each = all.get(i % 3);
            each.map("map").set("k", (long) i);
            if (i % 7 == 0) {
                sync();
            }
        }
        sync();
        assertEquals(a.map("map").get("k"), b.map("map").get("k"));
        assertEquals(1, c.map("map").entries().size());
    }

    // ------------------------------------------------------------------ texts

    @Test
    void typedAtOneSpotByThree() {
        a.text("text").insert(0, "()");
        sync();
        for (YDocument each : all) {
            String letter = String.valueOf((char) ('a' + each.client() - 1));
            for (int i = 0; i < 3; i++) {
                each.text("text").insert(1 + i, letter);
            }
        }
        sync();
        assertEquals("(aaabbbccc)", b.text("text").text());
    }

    @Test
    void typedBackwardsAtOneSpotByTwo() {
        a.text("text").insert(0, "|");
        sync();
        for (int i = 0; i < 3; i++) {
            a.text("text").insert(0, "a" + i);
            b.text("text").insert(0, "b" + i);
        }
        sync();
        assertEquals("a2a1a0b2b1b0|", c.text("text").text());
    }

    @Test
    void aFormatCoversWhatSomebodyTypesInIt() {
        a.text("text").insert(0, "bold?");
        sync();
        a.text("text").format(0, 4, Map.of("bold", true));
        b.text("text").insert(2, "XX");
        sync();
        assertEquals(
                List.of(DeltaOp.insert("boXXld", Map.of("bold", true)), DeltaOp.insert("?")),
                c.text("text").delta());
    }

    @Test
    void formatsOfTwoOverlap() {
        a.text("text").insert(0, "abcdef");
        b.text("text");
        c.text("text");
        sync();
        a.text("text").format(0, 4, Map.of("bold", true));
        b.text("text").format(2, 4, Map.of("em", true));
        sync();
        assertEquals(
                List.of(
                        DeltaOp.insert("ab", Map.of("bold", true)),
                        DeltaOp.insert("cd", Map.of("bold", true, "em", true)),
                        DeltaOp.insert("ef", Map.of("em", true))),
                c.text("text").delta());
        c.text("text").format(0, 6, Collections.singletonMap("bold", null));
        sync();
        assertEquals(
                List.of(DeltaOp.insert("ab"), DeltaOp.insert("cdef", Map.of("em", true))),
                a.text("text").delta());
    }

    @Test
    void formatsThatSayNothingAreCleanedAndAllAgree() {
        for (YDocument each : all) {
            each.text("text");
        }
        a.text("text").insert(0, "word");
        sync();
        a.text("text").format(0, 4, Map.of("bold", true));
        b.text("text").delete(0, 4);
        sync();
        sync();
        assertEquals(List.of(), c.text("text").delta());
        assertEquals(0, a.text("text").length());
    }

    @Test
    void pairsOfSurrogatesStayWhole() {
        a.text("text").insert(0, "x😀y");
        sync();
        a.text("text").delete(1, 2);
        b.text("text").insert(3, "👾");
        sync();
        assertEquals("x👾y", c.text("text").text());
    }

    @Test
    void textInsertedInDeletedTextStays() {
        a.text("text").insert(0, "a long line");
        sync();
        a.text("text").delete(1, 9);
        b.text("text").insert(6, "-kept-");
        sync();
        assertEquals("a-kept-e", c.text("text").text());
    }

    // ------------------------------------------------------------------ XML

    @Test
    void elementsAttributesAndTextOfThree() {
        YType list = a.xml("xml").insertType(0, TypeKind.XML_ELEMENT, "ul");
        sync();
        for (YDocument each : all) {
            YType own = (YType) each.xml("xml").elements().get(0);
            YType item = own.insertType(0, TypeKind.XML_ELEMENT, "li");
            item.insertType(0, TypeKind.XML_TEXT, null).insert(0, "from " + each.client());
            own.set("by", "" + each.client());
        }
        sync();
        assertEquals(
                "<ul by=\"3\"><li>from 1</li><li>from 2</li><li>from 3</li></ul>",
                b.xml("xml").xml());
        list.delete(1, 1);
        ((YType) c.xml("xml").elements().get(0)).remove("by");
        sync();
        assertEquals("<ul><li>from 1</li><li>from 3</li></ul>", b.xml("xml").xml());
    }

    @Test
    void anElementThatIsDeletedTakesWhatOthersPutThere() {
        a.xml("xml").insertType(0, TypeKind.XML_ELEMENT, "p").insertType(0, TypeKind.XML_TEXT, null);
        sync();
        a.xml("xml").delete(0, 1);
        ((YType) ((YType) b.xml("xml").elements().get(0)).elements().get(0)).insert(0, "lost");
        sync();
        assertEquals("", c.xml("xml").xml());
    }

    // ------------------------------------------------------------------ updates

    private static List<byte[]> typed(YDocument document, String text) {
        List<byte[]> updates = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            int at = i;
            updates.add(document.edit(() -> document.text("text").insert(at, text.substring(at, at + 1))));
        }
        updates.add(document.edit(() -> document.text("text").delete(1, 2)));
        return updates;
    }

    @ParameterizedTest
    @EnumSource(UpdateFormat.class)
    void updatesMayComeInAnyOrderTwiceMergedAndOverlapping(UpdateFormat format) {
        List<byte[]> updates = new ArrayList<>();
        for (byte[] update : typed(a, "some words")) {
            updates.add(Updates.convert(update, UpdateFormat.V1, format));
        }
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            List<byte[]> sent = new ArrayList<>(updates);
            sent.addAll(updates.subList(0, 5));
            Collections.shuffle(sent, random);
            int cut = random.nextInt(sent.size());
            byte[] merged = Updates.merge(format, sent.subList(0, cut).toArray(new byte[0][]));
            YDocument document = new YDocument(9);
            document.apply(merged, format);
            document.apply(
                    Updates.merge(
                            format,
                            Stream.concat(Stream.of(merged), sent.subList(cut, sent.size()).stream())
                                    .toArray(byte[][]::new)),
                    format);
            assertArrayEquals(a.encode(), document.encode(), "seed " + seed);
        }
    }

    @Test
    void aDifferenceToAStateIsEnoughForWhoHasThatState() {
        typed(a, "first");
        byte[] vector = a.stateVector().toBytes();
        b.apply(a.encode());
        byte[] first = a.encode();
        a.text("text").insert(0, "second ");
        byte[] merged = Updates.merge(UpdateFormat.V1, first, a.encode());
        assertEquals(a.stateVector(), Updates.stateVector(UpdateFormat.V1, merged));
        byte[] missing = Updates.diff(UpdateFormat.V1, merged, vector);
        assertTrue(missing.length < merged.length);
        b.apply(missing);
        assertArrayEquals(a.encode(), b.encode());
    }

    @Test
    void whatWaitsIsInTheStateAndNotInItsVector() {
        List<byte[]> updates = typed(a, "abc");
        b.apply(updates.get(2));
        b.apply(updates.get(3));
        assertEquals(StateVector.EMPTY, b.stateVector());
        assertTrue(b.pendingCount() > 0);
        assertEquals("", b.root("text").text());
        c.apply(b.encode());
        c.apply(updates.get(1));
        c.apply(updates.get(0));
        assertEquals("a", c.root("text").text());
        assertEquals(0, c.pendingCount());
        assertArrayEquals(a.encode(), c.encode());
    }

    @Test
    void anUpdateThatIsKnownIsNoNews() {
        byte[] update = a.edit(() -> a.text("text").insert(0, "x"));
        assertTrue(b.apply(update).isNew());
        assertFalse(b.apply(update).isNew());
        assertFalse(b.apply(a.encode(UpdateFormat.V2), UpdateFormat.V2).isNew());
        assertEquals(0, b.edit(() -> {}).length);
    }

    // ------------------------------------------------------------------ snapshots and positions

    @Test
    void snapshotsShowWhatAllHadThen() {
        YDocument keeping = new YDocument(4, YOptions.CLIENT.keepingDeleted());
        a.text("text").insert(0, "one");
        sync();
        keeping.apply(a.encode());
        Snapshot one = keeping.snapshot();
        a.text("text").delete(0, 3);
        b.text("text").insert(3, " two");
        sync();
        keeping.apply(c.encode());
        Snapshot two = keeping.snapshot();
        keeping.text("text").delete(0, 4);
        YType text = keeping.text("text");
        assertEquals(List.of(DeltaOp.insert("one")), text.delta(one));
        assertEquals(List.of(DeltaOp.insert(" two")), text.delta(two));
        assertEquals(List.of(), text.delta());
        assertEquals(one, Snapshot.of(one.toBytes()));
        assertFalse(one.equals(two));
    }

    @Test
    void aPositionMeansTheSameForAll() {
        a.text("text").insert(0, "abcdef");
        sync();
        for (int at = 0; at <= 6; at++) {
            for (long assoc : new long[] {0, -1}) {
                RelativePosition position = RelativePosition.of(
                        a.positionAt(a.text("text"), at, assoc).toBytes());
                assertEquals(at, c.resolve(position).index(), at + " " + assoc);
            }
        }
        RelativePosition beforeD = a.positionAt(a.text("text"), 3, 0);
        RelativePosition afterC = a.positionAt(a.text("text"), 3, -1);
        b.text("text").insert(3, "__");
        b.text("text").delete(0, 2);
        sync();
        assertEquals(3, c.resolve(beforeD).index());
        assertEquals(1, c.resolve(afterC).index());
        c.text("text").delete(0, 7 - 1);
        sync();
        assertEquals(0, a.resolve(beforeD).index());
        assertNull(new YDocument(9).resolve(beforeD));
    }
}
