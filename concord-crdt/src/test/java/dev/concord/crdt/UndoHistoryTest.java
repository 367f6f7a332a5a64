package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What undo and redo mean, case by case. */
class UndoHistoryTest {
    private static final long LATER = 5000;

    private final Document mine = new Document("me");
    private final Document other = new Document("other");
    private final UndoHistory history = new UndoHistory(mine);
    private long now;

    @AfterEach
    void bothAreSound() {
        mine.checkInvariants();
        other.checkInvariants();
    }

    @Test
    void typingWithoutAPauseIsOneStep() {
        for (String letter : List.of("h", "e", "l", "l", "o")) {
            history.edit(mine.length(), 0, letter, now += 100);
        }
        now += LATER;
        for (String letter : List.of(" ", "y", "o", "u")) {
            history.edit(mine.length(), 0, letter, now += 100);
        }
        history.undo();
        assertEquals("hello", mine.text());
        history.undo();
        assertEquals("", mine.text());
        assertFalse(history.canUndo());
        assertEquals(List.of(), history.undo().operations());
        history.redo();
        history.redo();
        assertEquals("hello you", mine.text());
        assertFalse(history.canRedo());
        assertEquals(List.of(), history.redo().changes());
    }

    @Test
    void typingElsewhereDeletingAndReplacingAreStepsOfTheirOwn() {
        given("abcdef");
        history.edit(6, 0, "g", 0);
        history.edit(0, 0, "X", 10);
        history.edit(7, 1, "", 20);
        history.edit(6, 1, "", 30);
        history.edit(0, 2, "YY", 40);
        List<String> texts = new ArrayList<>();
        while (history.canUndo()) {
            history.undo();
            texts.add(mine.text());
        }
        assertEquals(List.of("Xabcde", "Xabcdefg", "abcdefg", "abcdef"), texts);
    }

    @Test
    void whatIsSealedIsNotGoneOnWith() {
        history.edit(0, 0, "a", 0);
        history.endGroup();
        history.edit(1, 0, "b", 1);
        history.undo();
        assertEquals("a", mine.text());
    }

    @Test
    void aGroupIsOneStepWhateverIsInIt() {
        given("one two three");
        history.edit(0, 0, "> ", 0);
        history.beginGroup();
        history.edit(6, 3, "2", 1);
        history.edit(0, 2, "", 100 * LATER);
        history.edit(mine.length(), 0, "!", 200 * LATER);
        history.endGroup();
        history.edit(mine.length(), 0, "?", 200 * LATER);
        assertEquals("one 2 three!?", mine.text());
        history.undo();
        assertEquals("one 2 three!", mine.text());
        history.undo();
        assertEquals("> one two three", mine.text());
        history.redo();
        assertEquals("one 2 three!", mine.text());
        history.beginGroup();
        history.endGroup();
        history.undo();
        assertEquals("> one two three", mine.text(), "a group without an edit is not a step");
    }

    @Test
    void undoOfADeleteRestoresAroundWhatOthersTypedInBetween() {
        given("one two three");
        List<Operation> between = other.insert(5, "[new]");
        history.edit(4, 3, "", 0);
        between.forEach(mine::apply);
        assertEquals("one [new] three", mine.text());
        history.undo();
        assertEquals("one t[new]wo three", mine.text());
    }

    @Test
    void undoOfAnInsertWhoseNeighboursWentAndItsRedo() {
        given("left right");
        send(history.edit(5, 0, "mine ", 0));
        other.delete(0, other.length()).forEach(mine::apply);
        assertEquals("", mine.text());
        given("new");
        history.undo();
        history.redo();
        assertEquals("new", mine.text(), "what somebody else deleted does not come back");

        send(history.edit(1, 0, "-mine-", LATER));
        other.delete(0, 1).forEach(mine::apply);
        other.delete(other.length() - 2, 2).forEach(mine::apply);
        assertEquals("-mine-", mine.text());
        history.undo();
        assertEquals("", mine.text());
        history.redo();
        assertEquals("-mine-", mine.text());
    }

    @Test
    void undoSkipsWhatOthersDeleted() {
        send(history.edit(0, 0, "abc", 0));
        other.delete(1, 1).forEach(mine::apply);
        history.undo();
        assertEquals("", mine.text());
        history.redo();
        assertEquals("ac", mine.text());
    }

    @Test
    void redoAfterRemoteEdits() {
        given("base");
        send(history.edit(2, 0, "XYZ", 0));
        send(history.undo().operations());
        other.insert(2, "<>").forEach(mine::apply);
        other.insert(0, "! ").forEach(mine::apply);
        send(history.redo().operations());
        assertEquals(mine.text(), other.text());
        assertTrue(mine.text().contains("XYZ"), mine.text());
        assertEquals("! base", mine.text().replace("XYZ", "").replace("<>", ""));
    }

    @Test
    void undoOfADeleteThatSomebodyElseAlsoMade() {
        given("abcdef");
        List<Operation> theirs = other.delete(1, 3);
        List<Operation> ours = history.edit(2, 3, "", 0);
        theirs.forEach(mine::apply);
        send(ours);
        assertEquals("af", mine.text());
        send(history.undo().operations());
        assertEquals("acdef", mine.text(), "what was deleted here, where it stood; the rest stays deleted");
        assertEquals(mine.text(), other.text());
        send(history.redo().operations());
        assertEquals("af", other.text());
    }

    @Test
    void stepsFollowTextThatWasTypedAgain() {
        history.edit(0, 0, "abc", 0);
        history.edit(1, 1, "", LATER);
        history.edit(0, 2, "", 2 * LATER);
        history.undo();
        history.undo();
        assertEquals("abc", mine.text());
        history.redo();
        assertEquals("ac", mine.text());
        history.undo();
        history.undo();
        assertEquals("", mine.text(), "the insert's undo takes the text that stands for it now");
        history.redo();
        history.redo();
        history.redo();
        assertEquals("", mine.text());
        history.undo();
        assertEquals("ac", mine.text());
    }

    @Test
    void textTypedAgainStandsBetweenTheSameNeighbours() {
        given("abcd");
        history.edit(1, 2, "", 0);
        other.insert(1, "L").forEach(mine::apply);
        other.insert(4, "R").forEach(mine::apply);
        assertEquals("aLbcRd", other.text());
        send(history.undo().operations());
        assertEquals("aLbcRd", mine.text());
    }

    @Test
    void aNewEditForgetsWhatWasUndone() {
        history.edit(0, 0, "a", 0);
        history.undo();
        history.edit(0, 0, "b", 1);
        assertFalse(history.canRedo());
        assertEquals("b", mine.text());
    }

    @Test
    void surrogatePairsComeBackWhole() {
        given("x\uD83D\uDE00y\uD83D\uDE00z");
        history.edit(1, 5, "", 0);
        List<TextChange> changes = history.undo().changes();
        assertEquals("x\uD83D\uDE00y\uD83D\uDE00z", mine.text());
        assertEquals(List.of(new TextChange(1, 0, "\uD83D\uDE00y\uD83D\uDE00")), changes);
    }

    @Test
    void longTextComesBackInOperationsOfBoundedSize() {
        String text = "abcdefghij".repeat(5000);
        given(text);
        send(history.edit(0, text.length(), "", 0));
        List<Operation> operations = history.undo().operations();
        assertEquals(text, mine.text());
        assertEquals(4, operations.size());
        send(operations);
        assertEquals(text, other.text());
    }

    @Test
    void textOfSeveralHandsThatStandsTogetherComesBackAsOneOperation() {
        given("abc");
        history.edit(3, 0, "def", 0);
        history.edit(0, 6, "", LATER);
        assertEquals(1, history.undo().operations().size());
        assertEquals("abcdef", mine.text());
        history.undo();
        assertEquals("abc", mine.text());
    }

    @Test
    void badInputChangesNothing() {
        given("a\uD83D\uDE00b");
        byte[] before = mine.digest();
        assertThrows(InvalidOperationException.class, () -> history.edit(0, 2, "x", 0));
        assertThrows(InvalidOperationException.class, () -> history.edit(0, 1, "\uD83D", 0));
        assertThrows(InvalidOperationException.class, () -> history.edit(5, 0, "x", 0));
        assertThrows(InvalidOperationException.class, () -> history.edit(-1, 1, "x", 0));
        assertThrows(InvalidOperationException.class, () -> history.edit(0, -1, "x", 0));
        assertThrows(InvalidOperationException.class, () -> history.edit(0, Integer.MAX_VALUE, "x", 0));
        assertEquals(List.of(), history.edit(1, 0, "", 0));
        assertFalse(history.canUndo());
        assertArrayEquals(before, mine.digest());
    }

    @Test
    void aThousandStepsAreKept() {
        for (int i = 0; i < 1005; i++) {
            history.edit(mine.length(), 0, i < 5 ? "o" : "n", now += LATER);
        }
        while (history.canUndo()) {
            history.undo();
        }
        assertEquals("ooooo", mine.text());
    }

    private void given(String text) {
        other.insert(0, text).forEach(mine::apply);
    }

    private void send(List<Operation> operations) {
        operations.forEach(other::apply);
    }
}
