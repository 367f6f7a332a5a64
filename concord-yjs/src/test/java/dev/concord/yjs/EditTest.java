package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Edits made here: what they show, what is refused, what listeners are notified of, positions and snapshots. */
class EditTest {
    private final YDocument document = new YDocument(1);
    private final YDocument other = new YDocument(2);

    private void sync() {
        byte[] missing = document.encode(UpdateFormat.V1, other.stateVector());
        other.apply(missing);
        document.apply(other.encode(UpdateFormat.V2, document.stateVector()), UpdateFormat.V2);
        assertArrayEquals(document.encode(), other.encode());
    }

    @Test
    void formatsBeginAndEndWhereTheyShould() {
        YType text = document.text("t");
        document.edit(() -> {
            text.insert(0, "Hello world");
            text.format(0, 5, Map.of("bold", true));
            text.insert(5, "!");
            text.insert(12, "?", Map.of());
            text.embed(0, Map.of("image", "u"), Map.of());
        });
        List<DeltaOp> expected = List.of(
                DeltaOp.insert(Map.of("image", "u")),
                DeltaOp.insert("Hello!", Map.of("bold", true)),
                DeltaOp.insert(" world?"));
        assertEquals(expected, text.delta());
        assertEquals(14, text.length());
        other.text("t");
        sync();
        assertEquals(expected, other.text("t").delta());
    }

    @Test
    void aDeltaIsApplied() {
        YType text = document.text("t");
        text.apply(List.of(DeltaOp.insert("abc"), DeltaOp.insert("def", Map.of("em", true))));
        text.apply(
                List.of(DeltaOp.retain(1), DeltaOp.delete(1), DeltaOp.retain(2, Map.of("b", 1L)), DeltaOp.insert("X")));
        assertEquals(
                List.of(
                        DeltaOp.insert("a"),
                        DeltaOp.insert("c", Map.of("b", 1L)),
                        DeltaOp.insert("d", Map.of("em", true, "b", 1L)),
                        DeltaOp.insert("X"),
                        DeltaOp.insert("ef", Map.of("em", true))),
                text.delta());
        assertThrows(IllegalArgumentException.class, () -> text.apply(List.of(DeltaOp.retain(7))));
    }

    @Test
    void placesOutsideAndInsideOfPairsAreRefusedAndChangeNothing() {
        YType text = document.text("t");
        text.insert(0, "a\uD83D\uDE00b");
        byte[] before = document.encode();
        assertThrows(IllegalArgumentException.class, () -> text.insert(2, "x"));
        assertThrows(IllegalArgumentException.class, () -> text.delete(1, 1));
        assertThrows(IllegalArgumentException.class, () -> text.format(2, 1, Map.of("b", true)));
        assertThrows(IllegalArgumentException.class, () -> text.insert(5, "x"));
        assertThrows(IllegalArgumentException.class, () -> text.insert(-1, "x"));
        assertThrows(IllegalArgumentException.class, () -> text.insert(0, "\uD83D"));
        assertThrows(IllegalArgumentException.class, () -> text.delete(0, 5));
        assertThrows(IllegalArgumentException.class, () -> document.map("m").set("k", new Object()));
        assertThrows(IllegalStateException.class, () -> document.array("t"));
        assertArrayEquals(before, document.encode());
    }

    @Test
    void typesAreNestedAndDeletedWithWhatIsInThem() {
        YType map = document.map("m");
        YType list = map.setType("list", TypeKind.ARRAY, null);
        list.insertAll(0, Arrays.asList(1L, "two", null, true, new byte[] {3}, List.of(4.5)));
        YType inner = list.insertType(0, TypeKind.MAP, null);
        inner.set("deep", Undefined.UNDEFINED);
        assertEquals("{\"list\":[{},1,\"two\",null,true,{\"0\":3},[4.5]]}", JsJson.stringify(map.toJson()));
        assertTrue(inner.has("deep"));
        sync();
        assertEquals(
                JsJson.stringify(map.toJson()), JsJson.stringify(other.map("m").toJson()));
        other.map("m").set("list", 7L);
        sync();
        assertEquals(Map.of("list", 7L), map.entries());
        assertTrue(list.isDeleted() && inner.isDeleted());
        assertThrows(IllegalStateException.class, () -> list.insertAll(0, List.of(1L)));
        map.remove("list");
        assertFalse(map.has("list"));
        assertNull(map.get("list"));
    }

    @Test
    void xmlIsPrintedAndSearched() {
        YType xml = document.xml("x");
        YType title = xml.insertType(0, TypeKind.XML_ELEMENT, "H1");
        title.insertType(0, TypeKind.XML_TEXT, null).insert(0, "Title");
        YType paragraph = xml.insertType(1, TypeKind.XML_ELEMENT, "p");
        YType text = paragraph.insertType(0, TypeKind.XML_TEXT, null);
        text.insert(0, "some words");
        text.format(5, 5, Map.of("b", Map.of("c", "1", "a", 2L)));
        paragraph.set("level", "2");
        assertEquals("<h1>Title</h1><p level=\"2\">some <b a=\"2\" c=\"1\">words</b></p>", xml.xml());
        assertEquals("Title\nsome words\n", xml.plainText());
        sync();
        assertEquals(TypeKind.XML_FRAGMENT, other.root("x").kind());
        assertEquals(xml.xml(), other.root("x").xml());
    }

    @Test
    void listenersAreNotifiedOfTypesAndKeys() {
        List<TypeEvent> received = new ArrayList<>();
        Runnable end = other.listen(received::addAll);
        YType text = document.text("t");
        other.text("t");
        other.apply(document.edit(() -> text.insert(0, "Hello")));
        assertEquals(List.of(DeltaOp.insert("Hello")), received.get(0).delta());
        received.clear();
        other.apply(document.edit(() -> {
            text.delete(1, 2);
            text.insert(3, "p!");
            text.format(0, 2, Map.of("b", true));
            document.map("m").set("k", 1L);
        }));
        assertEquals(
                List.of(
                        DeltaOp.retain(1, Map.of("b", true)),
                        DeltaOp.delete(2),
                        DeltaOp.retain(1, Map.of("b", true)),
                        DeltaOp.retain(1),
                        DeltaOp.insert("p!")),
                received.get(0).delta());
        assertEquals(
                Map.of("k", new KeyChange(false, null, true, 1L)),
                received.get(1).keys());
        assertFalse(received.get(0).isLocal());
        received.clear();
        other.edit(() -> other.map("m").set("k", 2L));
        assertEquals(
                Map.of("k", new KeyChange(true, 1L, true, 2L)), received.get(0).keys());
        assertTrue(received.get(0).isLocal());
        received.clear();
        other.edit(() -> other.map("m").remove("k"));
        assertEquals(
                Map.of("k", new KeyChange(true, 2L, false, null)),
                received.get(0).keys());
        end.run();
        received.clear();
        other.edit(() -> other.map("m").set("k", 3L));
        assertEquals(List.of(), received);
        other.listen(events ->
                assertThrows(IllegalStateException.class, () -> other.map("m").set("k", 4L)));
        other.edit(() -> other.map("m").set("k", 5L));
        assertEquals(5L, other.map("m").get("k"));
    }

    @Test
    void changesNameTypesAndKeys() {
        byte[] update = document.edit(() -> {
            document.map("m").set("a", 1L);
            document.text("t").insert(0, "x");
        });
        Applied applied = other.apply(update);
        assertEquals(2, applied.changes().size());
        assertEquals("a", applied.changes().get(0).keys().iterator().next());
        assertEquals(other.root("t"), applied.changes().get(1).type());
        assertTrue(applied.changes().get(1).isSequenceChanged());
        assertTrue(applied.news() == update, "all of it was new");
        assertEquals(0, other.apply(update).news().length);
    }

    @Test
    void whatIsNewOfAStateIsWhatTheReplicaIsMissing() {
        byte[] first = document.edit(() -> document.text("t").insert(0, "abc"));
        other.apply(first);
        document.edit(() -> document.text("t").delete(0, 1));
        document.edit(() -> document.text("t").insert(2, "d"));
        byte[] state = document.encode();
        byte[] news = other.news(state, UpdateFormat.V1);
        assertEquals("010101038401020164010101" + "0001", Fixtures.hex(news));
        assertArrayEquals(news, other.apply(state).news());
        assertArrayEquals(document.encode(), other.encode());
    }

    @Test
    void positionsStayWhereTheyAre() {
        YType text = document.text("t");
        text.insert(0, "abcd");
        RelativePosition right = document.positionAt(text, 2, 0);
        RelativePosition left = document.positionAt(text, 2, -1);
        RelativePosition end = document.positionAt(text, 4, 0);
        RelativePosition begin = document.positionAt(text, 0, -1);
        text.insert(2, "XX");
        text.insert(0, "__");
        assertEquals(6, document.resolve(RelativePosition.of(right.toBytes())).index());
        assertEquals(4, document.resolve(RelativePosition.of(left.toBytes())).index());
        assertEquals(8, document.resolve(end).index());
        assertEquals(0, document.resolve(begin).index());
        text.delete(3, 4);
        assertEquals(3, document.resolve(right).index());
        assertNull(other.resolve(right));
        YType inner = document.array("a").insertType(0, TypeKind.TEXT, null);
        inner.insert(0, "in");
        RelativePosition innerEnd = document.positionAt(inner, 2, 0);
        assertEquals(innerEnd, RelativePosition.of(innerEnd.toBytes()));
        assertEquals(new Position(inner, 2, 0), document.resolve(innerEnd));
        document.array("a").delete(0, 1);
        assertNull(document.resolve(innerEnd));
        assertThrows(MalformedUpdateException.class, () -> RelativePosition.of(new byte[] {3}));
    }

    @Test
    void snapshotsShowWhatWasThere() {
        YDocument keeping = new YDocument(3, YOptions.CLIENT.keepingDeleted());
        YType text = keeping.text("t");
        text.insert(0, "Hello world");
        text.format(0, 5, Map.of("b", true));
        Snapshot before = keeping.snapshot();
        text.delete(2, 7);
        text.insert(2, "y");
        assertEquals("Heyld", text.text());
        Snapshot read = Snapshot.of(before.toBytes());
        assertEquals(before, read);
        assertEquals(List.of(DeltaOp.insert("Hello", Map.of("b", true)), DeltaOp.insert(" world")), text.delta(read));
        assertEquals(text.delta(), text.delta(keeping.snapshot()));
        assertThrows(MalformedUpdateException.class, () -> Snapshot.of(new byte[] {1}));
    }

    @Test
    void subdocumentsAreReferences() {
        document.map("m").set("doc", new SubDocument("some-guid", Map.of("meta", "x")));
        sync();
        assertEquals(
                new SubDocument("some-guid", Map.of("meta", "x")),
                other.map("m").get("doc"));
    }

    @Test
    void anEditThatDoesNothingGivesNoBytes() {
        assertEquals(0, document.edit(() -> {}).length);
        assertEquals(0, document.edit(() -> document.map("m").remove("k")).length);
        assertEquals("00", Fixtures.hex(document.stateVector().toBytes()));
        assertEquals("0000", Fixtures.hex(document.encode()));
    }

    @Test
    void deletedTextIsLetGo() {
        YType text = document.text("t");
        for (int i = 0; i < 100; i++) {
            text.insert(0, "x".repeat(1000));
            text.delete(0, 990);
        }
        assertEquals(1000, text.length());
        assertEquals("x".repeat(1000), text.text());
        assertTrue(document.store.find(1).text.size() < 20_000, "deleted text stays in memory");
        sync();
    }

    @Test
    void runsNameElementsByTheirIdsWhereverTheyAreMet() {
        YType text = document.text("t");
        text.insert(0, "Hello world");
        text.delete(5, 3);
        text.embed(0, Map.of("image", "u"), Map.of());
        sync();
        other.text("t").insert(3, "p");
        text.format(1, 2, Map.of("b", true));
        sync();
        List<SequenceRun> expected = List.of(
                new SequenceRun(1, 11, 1, Map.of("image", "u"), false),
                new SequenceRun(1, 0, 2, "He", false),
                new SequenceRun(2, 0, 1, "p", false),
                new SequenceRun(1, 2, 3, "llo", false),
                new SequenceRun(1, 5, 3, null, true),
                new SequenceRun(1, 8, 3, "rld", false));
        assertEquals(expected, text.runs());
        assertEquals(expected, other.text("t").runs());
        YType array = document.array("a");
        array.insertAll(0, Arrays.asList(1L, null));
        array.delete(0, 1);
        assertEquals(
                List.of(new SequenceRun(1, 14, 1, null, true), new SequenceRun(1, 15, 1, null, false)), array.runs());
    }
}
