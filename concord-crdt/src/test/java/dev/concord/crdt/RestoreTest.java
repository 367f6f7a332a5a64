package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Going back to an earlier state by an edit. */
class RestoreTest {

    @Property
    void restoringAnyVersionGivesItsTextAndItsUndoTakesItBack(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops =
                random.nextBoolean() ? RandomHistory.typed(random, 3, 60) : RandomHistory.wild(random, 50);
        Document document = new Document("me");
        List<List<Element>> versions = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Operation op : ops) {
            document.apply(op);
            if (random.nextInt(8) == 0) {
                versions.add(document.elements());
                texts.add(document.text());
            }
        }
        UndoHistory history = new UndoHistory(document);
        Document other = Document.load("other", document.encode());
        for (int i = 0; i < 4 && !versions.isEmpty(); i++) {
            int chosen = random.nextInt(versions.size());
            String present = document.text();
            UndoHistory.Result result = history.restore(versions.get(chosen));
            document.checkInvariants();
            assertEquals(texts.get(chosen), document.text());
            assertEquals(document.text(), replayed(present, result.changes()));
            result.operations().forEach(other::apply);
            assertEquals(List.of(), history.restore(versions.get(chosen)).operations(), "there already");
            if (!result.operations().isEmpty() && random.nextBoolean()) {
                history.undo().operations().forEach(other::apply);
                assertEquals(present, document.text());
            }
            versions.add(document.elements());
            texts.add(document.text());
        }
        assertArrayEquals(document.encode(), other.encode());
    }

    @Property
    void whatIsTypedMeanwhileIsKept(@ForAll long seed) {
        Random random = new Random(seed);
        Document document = new Document("me");
        List<Document> typists = List.of(new Document("x"), new Document("y"), new Document("z"));
        for (Operation op : RandomHistory.typed(random, 3, 40)) {
            document.apply(op);
            typists.forEach(typist -> typist.apply(op));
        }
        List<Element> version = document.elements();
        String versionText = document.text();
        for (int i = 0; i < 5 && document.length() > 0; i++) {
            String text = document.text();
            int at = RandomHistory.whole(text, random.nextInt(text.length()));
            int end = Math.min(text.length(), at + 1 + random.nextInt(5));
            List<Operation> made = random.nextBoolean()
                    ? document.insert(at, "later")
                    : document.delete(at, RandomHistory.whole(text, end) - at);
            made.forEach(op -> typists.forEach(typist -> typist.apply(op)));
        }
        List<Operation> all = new ArrayList<>();
        char letter = 'A';
        for (Document typist : typists) {
            for (int i = 0; i < 3; i++) {
                int at = RandomHistory.whole(typist.text(), random.nextInt(typist.length() + 1));
                all.addAll(typist.insert(at, String.valueOf(letter++)));
            }
        }
        List<Operation> restore = new UndoHistory(document).restore(version).operations();
        all.addAll(restore);
        document.checkInvariants();
        all.forEach(document::apply);
        for (Document typist : typists) {
            all.forEach(typist::apply);
            assertArrayEquals(document.encode(), typist.encode());
        }
        String text = document.text();
        assertEquals(
                "ABCDEFGHI",
                text.chars()
                        .filter(c -> c >= 'A' && c <= 'I')
                        .sorted()
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString());
        assertEquals(versionText, text.replaceAll("[A-I]", ""));
    }

    @Test
    void asFewElementsAsItTakes() {
        Document document = new Document("me");
        document.insert(0, "The quick brown fox jumps");
        List<Element> version = document.elements();
        document.delete(4, 6);
        document.insert(document.length(), " high");
        List<Operation> operations = new UndoHistory(document).restore(version).operations();
        assertEquals("The quick brown fox jumps", document.text());
        assertEquals(2, operations.size());
        assertEquals(new Operation.Delete(new ElementId("me", 26), 5), operations.get(0));
        assertEquals(6, operations.get(1).length());
    }

    @Test
    void stepsBeforeTheRestoreFollowIt() {
        Document document = new Document("me");
        UndoHistory history = new UndoHistory(document);
        new Document("other").insert(0, "ab").forEach(document::apply);
        history.edit(1, 0, "mine", 0);
        List<Element> version = document.elements();
        history.edit(0, 6, "", 5000);
        history.restore(version);
        assertEquals("amineb", document.text());
        history.undo();
        assertEquals("", document.text());
        history.redo();
        history.undo();
        history.undo();
        assertEquals("amineb", document.text());
        history.undo();
        assertEquals("ab", document.text());
    }

    @Test
    void aVersionOfAnotherDocumentIsRefused() {
        Document document = new Document("me");
        document.insert(0, "mine");
        Document other = new Document("other");
        other.insert(0, "theirs");
        byte[] before = document.digest();
        UndoHistory history = new UndoHistory(document);
        assertThrows(InvalidOperationException.class, () -> history.restore(other.elements()));
        List<Element> turned = new ArrayList<>(document.elements());
        Collections.reverse(turned);
        assertThrows(InvalidOperationException.class, () -> history.restore(turned));
        assertArrayEquals(before, document.digest());
        assertFalse(history.canUndo());
    }

    private static String replayed(String text, List<TextChange> changes) {
        StringBuilder mirror = new StringBuilder(text);
        changes.forEach(
                change -> mirror.replace(change.offset(), change.offset() + change.removed(), change.inserted()));
        return mirror.toString();
    }
}
