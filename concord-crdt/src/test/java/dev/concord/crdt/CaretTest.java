package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Positions that belong to one of their two neighbours. */
class CaretTest {
    private final Document document = new Document("me");

    @Test
    void theBiasDecidesOnWhichSideTextInsertedRightThereLands() {
        document.insert(0, "ab");
        Caret stays = document.caretAt(1, Bias.LEFT);
        Caret moves = document.caretAt(1, Bias.RIGHT);
        document.insert(1, "xyz");
        assertEquals(1, document.offsetOf(stays));
        assertEquals(4, document.offsetOf(moves));
    }

    @Test
    void atTheEdgesItBelongsToTheHead() {
        assertEquals(new Caret(ElementId.HEAD, Bias.LEFT), document.caretAt(0, Bias.LEFT));
        assertEquals(new Caret(ElementId.HEAD, Bias.RIGHT), document.caretAt(0, Bias.RIGHT));
        document.insert(0, "ab");
        Caret start = document.caretAt(0, Bias.LEFT);
        Caret end = document.caretAt(2, Bias.RIGHT);
        document.insert(2, "!");
        document.insert(0, "> ");
        assertEquals(0, document.offsetOf(start));
        assertEquals(5, document.offsetOf(end));
    }

    @Test
    void whenItsElementGoesItStandsWhereTheElementStood() {
        document.insert(0, "abcdef");
        Caret left = document.caretAt(3, Bias.LEFT);
        Caret right = document.caretAt(3, Bias.RIGHT);
        document.delete(1, 4);
        assertEquals(1, document.offsetOf(left));
        assertEquals(1, document.offsetOf(right));
        document.insert(1, "-");
        assertEquals(document.offsetOf(left), document.offsetOf(right), "nothing stands between them but tombstones");
    }

    @Test
    void itMeansTheSameElsewhereAsSoonAsItsElementIsThere() {
        List<Operation> first = document.insert(0, "x\uD83D\uDE00y");
        Caret caret = document.caretAt(3, Bias.LEFT);
        Document other = new Document("other");
        other.insert(0, "before ");
        assertEquals(-1, other.offsetOf(caret));
        first.forEach(other::apply);
        assertEquals(other.text().indexOf('y'), other.offsetOf(caret));
        Document loaded = Document.load("third", other.encode());
        assertEquals(other.offsetOf(caret), loaded.offsetOf(caret));
    }

    @Test
    void aPlaceInsideAPairOrOutsideTheTextIsRefused() {
        document.insert(0, "\uD83D\uDE00");
        for (Bias bias : Bias.values()) {
            assertThrows(InvalidOperationException.class, () -> document.caretAt(1, bias));
            assertThrows(InvalidOperationException.class, () -> document.caretAt(3, bias));
            assertThrows(InvalidOperationException.class, () -> document.caretAt(-1, bias));
        }
    }

    /** Carets are moved along by hand, change by change, as an editor without them would have to. */
    @Property
    void theyMoveAsTheChangesSay(@ForAll long seed) {
        Random random = new Random(seed);
        Document reader = new Document("reader");
        List<Caret> carets = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (Operation op : RandomHistory.typed(random, 3, 60)) {
            int offset = RandomHistory.whole(reader.text(), random.nextInt(reader.length() + 1));
            carets.add(reader.caretAt(offset, random.nextBoolean() ? Bias.RIGHT : Bias.LEFT));
            expected.add(offset);
            for (TextChange change : reader.apply(op).changes()) {
                Set<ElementId> visible = visible(reader);
                for (int i = 0; i < carets.size(); i++) {
                    boolean shown = visible.contains(carets.get(i).element());
                    expected.set(i, moved(expected.get(i), change, shown, reader, carets.get(i)));
                }
            }
            for (int i = 0; i < carets.size(); i++) {
                assertEquals(expected.get(i), reader.offsetOf(carets.get(i)), "caret " + carets.get(i));
            }
        }
    }

    private static Set<ElementId> visible(Document document) {
        return document.elements().stream()
                .filter(element -> !element.deleted())
                .map(Element::id)
                .collect(Collectors.toSet());
    }

    private static int moved(int offset, TextChange change, boolean shown, Document document, Caret caret) {
        if (change.removed() > 0) {
            return offset <= change.offset() ? offset : Math.max(change.offset(), offset - change.removed());
        }
        if (offset != change.offset()) {
            return offset < change.offset()
                    ? offset
                    : offset + change.inserted().length();
        }
        // Right there: on the side of a visible element that is settled; beside a tombstone the order of elements
        // decides.
        int found = document.offsetOf(caret);
        boolean visible = shown || caret.element().isHead();
        boolean pushed = caret.bias() == Bias.RIGHT;
        return visible ? (pushed ? offset + change.inserted().length() : offset) : found;
    }
}
