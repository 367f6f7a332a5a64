package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.crdt.Element;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Element by element, what the writers of one room did and what of it they were promised. Thread-safe. */
final class Ledger {
    private final Map<ElementId, String> inserted = new HashMap<>();
    private final Set<ElementId> deleted = new HashSet<>();
    private final Set<ElementId> insertedForSure = new HashSet<>();
    private final Set<ElementId> deletedForSure = new HashSet<>();
    private long acknowledged;

    /** Notes an edit, before anybody else can see it. */
    synchronized void made(List<Operation> ops) {
        for (Operation op : ops) {
            if (op instanceof Operation.Insert insert) {
                int[] points = insert.value().codePoints().toArray();
                for (int i = 0; i < points.length; i++) {
                    inserted.put(element(op, i), Character.toString(points[i]));
                }
            } else {
                addAll(op, deleted);
            }
        }
    }

    synchronized void acknowledged(Operation op) {
        acknowledged++;
        addAll(op, op instanceof Operation.Insert ? insertedForSure : deletedForSure);
    }

    /** How many ops were acknowledged. */
    synchronized long acknowledged() {
        return acknowledged;
    }

    /** Holds what a server serves against what was promised: nothing lost, nothing doubled, nothing made up. */
    synchronized void check(Document served, String text) {
        List<Element> elements = served.elements();
        Map<ElementId, Element> byId = new HashMap<>();
        StringBuilder live = new StringBuilder();
        for (Element element : elements) {
            assertTrue(byId.put(element.id(), element) == null, () -> element.id() + " is there twice");
            assertTrue(inserted.containsKey(element.id()), () -> element.id() + " was never typed");
            if (element.deleted()) {
                assertTrue(deleted.contains(element.id()), () -> element.id() + " was never deleted");
            } else {
                assertEquals(inserted.get(element.id()), element.value(), () -> "the value of " + element.id());
                live.append(element.value());
            }
        }
        List<ElementId> lost = new ArrayList<>();
        insertedForSure.stream().filter(id -> !byId.containsKey(id)).forEach(lost::add);
        assertEquals(List.of(), lost, "inserts that were acknowledged and are lost");
        deletedForSure.stream()
                .filter(id -> !byId.containsKey(id) || !byId.get(id).deleted())
                .forEach(lost::add);
        assertEquals(List.of(), lost, "deletes that were acknowledged and are lost");
        assertEquals(live.toString(), text, "the text is its live elements");
    }

    /** Once everything is acknowledged: exactly what was typed and not deleted is there. */
    synchronized void checkComplete(Document served, String text) {
        assertEquals(inserted.keySet(), insertedForSure);
        assertEquals(deleted, deletedForSure);
        check(served, text);
        assertEquals(inserted.size(), served.elements().size());
    }

    private static void addAll(Operation op, Set<ElementId> to) {
        for (int i = 0; i < op.length(); i++) {
            to.add(element(op, i));
        }
    }

    private static ElementId element(Operation op, int index) {
        return new ElementId(op.id().site(), op.id().counter() + index);
    }
}
