package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Undo of one's own edits: what is a step, whose edits count, and what it leaves alone. */
class UndoTest {
    private final YDocument document = new YDocument(1);
    private final YDocument other = new YDocument(2);
    private final YType text = document.text("t");
    private long nanos = 1;

    private YUndo undo(YType... types) {
        return new YUndo(document, () -> nanos, types);
    }

    private void later() {
        nanos += 500_000_000L;
    }

    private void sync() {
        other.apply(document.encode(UpdateFormat.V1, other.stateVector()));
        document.apply(other.encode(UpdateFormat.V1, document.stateVector()));
        assertEquals(text.delta(), other.text("t").delta());
    }

    @Test
    void editsWithinTheCaptureTimeAreOneStep() {
        YUndo undo = undo(text);
        assertFalse(undo.canUndo() || undo.canRedo());
        text.insert(0, "a");
        nanos += 499_999_999L;
        text.insert(1, "b");
        later();
        text.insert(2, "c");
        undo.endStep();
        text.insert(3, "d");
        undo.undo();
        assertEquals("abc", text.text());
        undo.undo();
        assertEquals("ab", text.text());
        undo.undo();
        assertEquals("", text.text());
        assertFalse(undo.canUndo());
        assertEquals(0, undo.undo().length);
        undo.redo();
        undo.redo();
        assertEquals("abc", text.text());
        text.insert(0, "x");
        assertFalse(undo.canRedo(), "an edit ends what can be redone");
    }

    @Test
    void whatOthersDidStays() {
        YUndo undo = undo(text);
        text.insert(0, "mine");
        sync();
        other.text("t").insert(2, "THEIRS");
        sync();
        other.apply(undo.undo());
        assertEquals("THEIRS", text.text());
        other.apply(undo.redo());
        assertEquals("miTHEIRSne", text.text());
        assertEquals("miTHEIRSne", other.text("t").text());
    }

    @Test
    void deletedTextComesBackWithItsFormatsBetweenWhatOthersTyped() {
        text.insert(0, "Hello", Map.of("bold", true));
        sync();
        YUndo undo = undo(text);
        text.delete(1, 3);
        other.text("t").insert(5, "!");
        other.text("t").insert(0, "> ");
        sync();
        assertEquals("> Ho!", text.text());
        other.apply(undo.undo());
        assertEquals(List.of(DeltaOp.insert("> "), DeltaOp.insert("Hello!", Map.of("bold", true))), text.delta());
        sync();
    }

    @Test
    void formatsAreUndone() {
        text.insert(0, "Hello");
        YUndo undo = undo(text);
        text.format(0, 5, Map.of("bold", true));
        undo.undo();
        assertEquals(List.of(DeltaOp.insert("Hello")), text.delta());
        undo.redo();
        assertEquals(List.of(DeltaOp.insert("Hello", Map.of("bold", true))), text.delta());
    }

    @Test
    void aKeyThatSomebodyElseSetStays() {
        YType map = document.map("m");
        map.set("mine", 1L);
        map.set("theirs", 1L);
        YUndo undo = undo(map);
        map.set("mine", 2L);
        later();
        map.set("theirs", 2L);
        sync();
        other.map("m").set("theirs", 3L);
        sync();
        undo.undo();
        assertEquals(3L, map.get("theirs"));
        undo.undo();
        assertEquals(1L, map.get("mine"));
        undo.redo();
        assertEquals(2L, map.get("mine"));
    }

    /** As above, by somebody whose copy would come after the other's value. */
    @Test
    void aKeyThatALowerClientSetStays() {
        YDocument high = new YDocument(9);
        YType map = high.map("m");
        map.set("k", 1L);
        YUndo undo = undoOf(high, map);
        map.set("k", 2L);
        other.apply(high.encode());
        high.apply(other.edit(() -> other.map("m").set("k", 3L)));
        undo.undo();
        assertEquals(3L, map.get("k"));
    }

    private YUndo undoOf(YDocument of, YType type) {
        return new YUndo(of, () -> nanos, type);
    }

    /** What is deep below a key that somebody else has set since cannot come back; the cause is looked for once. */
    @Test
    void veryDeepTypesThatCannotComeBackStayAway() {
        YDocument high = new YDocument(9);
        YType map = high.map("m");
        int depth = 100_000;
        high.edit(() -> {
            YType at = map;
            for (int i = 0; i < depth; i++) {
                at = at.setType("k", TypeKind.MAP, null);
            }
        });
        YUndo undo = undoOf(high, map);
        map.set("k", 2L);
        other.apply(high.encode());
        high.apply(other.edit(() -> other.map("m").set("k", 3L)));
        undo.undo();
        assertEquals(3L, map.get("k"));
    }

    @Test
    void typesComeBackWithAllThatIsInThem() {
        YType xml = document.xml("x");
        YType element = xml.insertType(0, TypeKind.XML_ELEMENT, "p");
        element.set("class", "c");
        element.insertType(0, TypeKind.XML_TEXT, null).insert(0, "words");
        YUndo undo = undo(xml);
        xml.delete(0, 1);
        assertEquals("", xml.xml());
        undo.undo();
        assertEquals("<p class=\"c\">words</p>", xml.xml());
        assertTrue(element.isDeleted() || element != xml.elements().get(0), "it is a copy");
        undo.redo();
        undo.undo();
        assertEquals("<p class=\"c\">words</p>", xml.xml());
        sync();
        assertEquals(xml.xml(), other.xml("x").xml());
    }

    @Test
    void veryDeepTypesComeBack() {
        YType map = document.map("m");
        document.edit(() -> {
            YType at = map;
            for (int i = 0; i < 100_000; i++) {
                at = at.setType("k", TypeKind.MAP, null);
            }
        });
        YUndo undo = undo(map);
        map.remove("k");
        undo.undo();
        int depth = 0;
        for (Object at = map.get("k"); at != null; at = ((YType) at).get("k")) {
            depth++;
        }
        assertEquals(100_000, depth);
    }

    @Test
    void onlyTrackedEditsOfItsTypesCount() {
        Object editor = new Object();
        YUndo undo = new YUndo(document, Set.of(editor), 0, () -> nanos, text);
        text.insert(0, "program ");
        document.edit(editor, () -> document.map("m").set("k", 1L));
        assertFalse(undo.canUndo());
        document.edit(editor, () -> text.insert(8, "editor"));
        document.apply(other.edit(() -> other.text("t").insert(0, "remote ")));
        undo.undo();
        assertEquals("remote program ".length(), text.length());
        undo.add(document.map("m"));
        document.edit(editor, () -> document.map("m").set("k", 2L));
        undo.undo();
        assertEquals(1L, document.map("m").get("k"));
    }

    @Test
    void positionsGoToWhatCameBack() {
        text.insert(0, "abcdef");
        RelativePosition atD = document.positionAt(text, 3, 0);
        YUndo undo = undo(text);
        text.delete(2, 3);
        text.insert(0, "__");
        later();
        text.insert(0, "x");
        undo.undo();
        undo.undo();
        assertEquals("abcdef", text.text());
        assertEquals(3, document.resolve(atD).index());
    }

    @Test
    void aStepWithNothingLeftIsPassed() {
        YUndo undo = undo(text);
        text.insert(0, "a");
        later();
        text.insert(1, "b");
        sync();
        other.text("t").delete(1, 1);
        sync();
        undo.undo();
        assertEquals("", text.text());
    }

    @Test
    void contentIsLetGoWithItsStep() {
        YUndo undo = undo(text);
        text.insert(0, "x".repeat(1000));
        later();
        text.delete(0, 1000);
        assertTrue(document.encode().length > 1000);
        undo.close();
        other.apply(document.encode());
        YDocument loaded = new YDocument(3);
        loaded.apply(other.encode());
        assertTrue(loaded.encode().length < 30);
        text.insert(0, "y");
        assertFalse(undo.canUndo());
    }

    @Test
    void undoIsNoPartOfAnEdit() {
        YUndo undo = undo(text);
        text.insert(0, "a");
        document.edit(() -> assertThrows(IllegalStateException.class, undo::undo));
        document.edit(() -> assertThrows(IllegalStateException.class, undo::clear));
        assertEquals("a", text.text());
        assertThrows(IllegalArgumentException.class, () -> undo.add(other.text("t")));
        assertThrows(IllegalArgumentException.class, () -> new YUndo(document, () -> nanos));
        assertNull(document.map("m").get("k"));
    }
}
