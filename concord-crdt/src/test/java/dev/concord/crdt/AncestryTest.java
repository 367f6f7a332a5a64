package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What an element depends on. */
class AncestryTest {
    private static final int ALL = Integer.MAX_VALUE;

    @Property
    void itIsEnoughToShowTheElementAndNothingNewToWhoeverHasIt(@ForAll long seed) {
        Random random = new Random(seed);
        Document document = new Document("reader");
        RandomHistory.wild(random, 60).forEach(document::apply);
        for (Element element : document.elements()) {
            List<Operation> all = document.ancestry(element.id(), ALL, ALL);
            Document other = new Document("other");
            all.forEach(other::apply);
            assertEquals(0, other.pendingCount());
            assertTrue(other.offsetOf(element.id()) >= 0);
            Element there = other.elements().stream()
                    .filter(each -> each.id().equals(element.id()))
                    .findAny()
                    .orElseThrow();
            assertEquals(element, there);
        }
        byte[] before = document.encode();
        for (Element element : document.elements()) {
            document.ancestry(element.id(), ALL, ALL).forEach(document::apply);
        }
        assertArrayEquals(before, document.encode());
    }

    @Property
    void theNearestAreKeptWithinTheLimits(@ForAll long seed) {
        Random random = new Random(seed);
        Document document = new Document("reader");
        RandomHistory.wild(random, 60).forEach(document::apply);
        for (Element element : document.elements()) {
            int maxElements = 1 + random.nextInt(6);
            int maxInserts = 1 + random.nextInt(3);
            List<Operation> inserts = inserts(document.ancestry(element.id(), maxElements, maxInserts));
            int length = length(inserts);
            assertTrue(inserts.size() <= maxInserts && length <= maxElements);
            int whole = length(inserts(document.ancestry(element.id(), ALL, ALL)));
            assertTrue(inserts.size() == maxInserts || length == Math.min(maxElements, whole));
            Operation last = inserts.get(inserts.size() - 1);
            assertEquals(element.id(), new ElementId(last.id().site(), last.id().counter() + last.length() - 1));
        }
    }

    @Test
    void itEndsAtTextOfTheOwnSite() {
        Document ann = new Document("ann");
        Document bob = new Document("bob");
        ann.insert(0, "a").forEach(bob::apply);
        bob.insert(1, "b").forEach(ann::apply);
        ann.insert(2, "c").forEach(bob::apply);
        bob.insert(3, "de").forEach(ann::apply);
        assertEquals("abcde", ann.text());
        assertEquals(List.of("de"), values(ann.ancestry(ann.idAt(4), ALL, ALL)));
        assertEquals(List.of(), ann.ancestry(ann.idAt(2), ALL, ALL));
        assertEquals(List.of("c"), values(bob.ancestry(bob.idAt(2), ALL, ALL)));
        assertEquals(List.of(), ann.ancestry(ElementId.HEAD, ALL, ALL));
    }

    @Test
    void whatIsNotInTheDocumentIsRefused() {
        Document document = new Document("ann");
        document.insert(0, "a");
        ElementId unknown = new ElementId("bob", 1);
        assertThrows(InvalidOperationException.class, () -> document.ancestry(unknown, ALL, ALL));
    }

    private static List<Operation> inserts(List<Operation> operations) {
        return operations.stream().filter(Operation.Insert.class::isInstance).toList();
    }

    private static int length(List<Operation> operations) {
        return operations.stream().mapToInt(Operation::length).sum();
    }

    private static List<String> values(List<Operation> operations) {
        return operations.stream()
                .map(each -> ((Operation.Insert) each).value())
                .toList();
    }
}
