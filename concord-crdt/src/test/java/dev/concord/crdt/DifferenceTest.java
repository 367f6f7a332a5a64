package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    private static final Difference NOTHING = new Difference(List.of(), List.of(), List.of());

    @Test
    void aParagraphThatWasInserted() {
        Document document = new Document("ann");
        document.insert(0, "first\nlast\n");
        List<Element> before = document.elements();
        document.insert(6, "a paragraph\n");
        assertEquals(
                new Difference(
                        List.of(new Difference.Range(new ElementId("ann", 12), 12, "a paragraph\n", 6, 6)),
                        List.of(),
                        List.of()),
                Difference.between(before, document.elements()));
    }

    @Test
    void textThatWasReplaced() {
        Document document = new Document("ann");
        document.insert(0, "one \uD83D\uDE00\uD83D\uDE00 three");
        List<Element> before = document.elements();
        document.delete(4, 4);
        document.insert(4, "two");
        assertEquals(
                new Difference(
                        List.of(new Difference.Range(new ElementId("ann", 13), 3, "two", 4, 4)),
                        List.of(new Difference.Range(new ElementId("ann", 5), 2, "\uD83D\uDE00\uD83D\uDE00", 4, 4)),
                        List.of()),
                Difference.between(before, document.elements()));
    }

    @Test
    void whoWroteIt() {
        Document ann = new Document("ann");
        Document bob = new Document("bob");
        ann.insert(0, "ab").forEach(bob::apply);
        bob.insert(2, "cd").forEach(ann::apply);
        List<Difference.Range> added =
                Difference.between(List.of(), ann.elements()).added();
        assertEquals(
                List.of("ann", "bob"),
                added.stream().map(range -> range.id().site()).toList());
        assertEquals(
                List.of("ab", "cd"), added.stream().map(Difference.Range::text).toList());
    }

    @Test
    void aVersionAgainstItself() {
        Document document = new Document("ann");
        document.insert(0, "text");
        document.delete(1, 1);
        assertEquals(NOTHING, Difference.between(document.elements(), document.elements()));
        assertEquals(NOTHING, Difference.between(List.of(), List.of()));
    }

    @Test
    void elementsInAnotherOrderHaveMoved() {
        List<Element> first = elements("abcdefgh");
        List<Element> second = new ArrayList<>(first);
        Collections.rotate(second.subList(2, 7), 2);
        assertEquals("abfgcdeh", text(second));
        Difference difference = Difference.between(first, second);
        assertEquals(
                new Difference(
                        List.of(), List.of(), List.of(new Difference.Range(new ElementId("s", 6), 2, "fg", 5, 2))),
                difference);
    }

    @Test
    void anElementTwiceIsRefused() {
        List<Element> twice = new ArrayList<>(elements("abc"));
        twice.add(1, twice.get(2));
        List<Element> turned = new ArrayList<>(elements("abc"));
        Collections.reverse(turned);
        assertThrows(InvalidOperationException.class, () -> Difference.between(twice, List.of()));
        assertThrows(InvalidOperationException.class, () -> Difference.between(List.of(), twice));
        assertThrows(InvalidOperationException.class, () -> Difference.between(twice, turned));
        assertThrows(InvalidOperationException.class, () -> Difference.between(turned, twice));
    }

    /** Taking away what went and what moved, and putting in what came and where it moved to, makes the second text. */
    @Property
    void theDifferenceIsTheDifference(@ForAll long seed) {
        Random random = new Random(seed);
        List<Element> all = elements("abcdefghijklmnopqrstuvwxyz");
        List<Element> first = some(all, random);
        List<Element> second = some(all, random);
        Difference difference = Difference.between(first, second);

        Set<ElementId> firstIds = ids(first);
        Set<ElementId> secondIds = ids(second);
        assertEquals(minus(secondIds, firstIds), idsOf(difference.added()));
        assertEquals(minus(firstIds, secondIds), idsOf(difference.removed()));
        int common = (int) firstIds.stream().filter(secondIds::contains).count();
        assertEquals(common - longest(first, second), idsOf(difference.moved()).size(), "as few as can be");

        StringBuilder kept = new StringBuilder(text(first));
        List<Difference.Range> gone = new ArrayList<>(difference.removed());
        gone.addAll(difference.moved());
        gone.sort((a, b) -> b.from() - a.from());
        for (Difference.Range range : gone) {
            int end = range.from() + range.text().length();
            assertEquals(range.text(), kept.substring(range.from(), end));
            kept.delete(range.from(), end);
        }
        List<Difference.Range> come = new ArrayList<>(difference.added());
        come.addAll(difference.moved());
        come.sort((a, b) -> a.to() - b.to());
        for (Difference.Range range : come) {
            kept.insert(range.to(), range.text());
        }
        assertEquals(text(second), kept.toString());
    }

    @Property
    void nothingMovesBetweenStatesOfOneDocument(@ForAll long seed) {
        Random random = new Random(seed);
        Document document = new Document("reader");
        List<Operation> ops = RandomHistory.wild(random, 40);
        List<List<Element>> states = new ArrayList<>(List.of(document.elements()));
        for (Operation op : ops) {
            document.apply(op);
            states.add(document.elements());
        }
        List<Element> first = states.get(random.nextInt(states.size()));
        List<Element> second = states.get(random.nextInt(states.size()));
        Difference there = Difference.between(first, second);
        Difference back = Difference.between(second, first);
        assertEquals(List.of(), there.moved());
        assertEquals(idsOf(there.added()), idsOf(back.removed()));
        assertEquals(idsOf(there.removed()), idsOf(back.added()));
    }

    @Test
    void aLargeDocumentTurnedAroundIsNoTrouble() {
        List<Element> first = elements("x".repeat(200_000));
        List<Element> second = new ArrayList<>(first);
        Collections.reverse(second);
        assertEquals(199_999, Difference.between(first, second).moved().size(), "all but one, each by itself");
        Collections.shuffle(second, new Random(1));
        assertTrue(Difference.between(first, second).moved().size() > 190_000);
    }

    private static List<Element> some(List<Element> all, Random random) {
        List<Element> some = new ArrayList<>(all);
        some.removeIf(element -> random.nextInt(3) == 0);
        for (int i = random.nextInt(3); i > 0; i--) {
            int from = random.nextInt(some.size() + 1);
            int to = from + random.nextInt(some.size() - from + 1);
            Collections.rotate(some.subList(from, to), random.nextInt(5));
        }
        some.add(random.nextInt(some.size() + 1), new Element(new ElementId("gone", 1), null, true));
        return some;
    }

    /** The length of a longest common subsequence, by the textbook's table. */
    private static int longest(List<Element> first, List<Element> second) {
        int[][] best = new int[first.size() + 1][second.size() + 1];
        for (int i = 1; i <= first.size(); i++) {
            for (int j = 1; j <= second.size(); j++) {
                boolean same = !first.get(i - 1).deleted() && first.get(i - 1).equals(second.get(j - 1));
                best[i][j] = same ? best[i - 1][j - 1] + 1 : Math.max(best[i - 1][j], best[i][j - 1]);
            }
        }
        return best[first.size()][second.size()];
    }

    private static List<Element> elements(String text) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            elements.add(new Element(new ElementId("s", i + 1), text.substring(i, i + 1), false));
        }
        return elements;
    }

    private static String text(List<Element> elements) {
        return elements.stream()
                .filter(element -> !element.deleted())
                .map(Element::value)
                .collect(Collectors.joining());
    }

    private static Set<ElementId> ids(List<Element> elements) {
        return elements.stream()
                .filter(element -> !element.deleted())
                .map(Element::id)
                .collect(Collectors.toSet());
    }

    private static Set<ElementId> idsOf(List<Difference.Range> ranges) {
        Set<ElementId> ids = new HashSet<>();
        for (Difference.Range range : ranges) {
            assertEquals(
                    range.length(), range.text().codePointCount(0, range.text().length()));
            for (int i = 0; i < range.length(); i++) {
                assertTrue(ids.add(new ElementId(range.id().site(), range.id().counter() + i)));
            }
        }
        return ids;
    }

    private static Set<ElementId> minus(Set<ElementId> all, Set<ElementId> some) {
        Set<ElementId> rest = new HashSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
