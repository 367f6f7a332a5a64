package dev.concord.client;

import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Edits that were made in another history of the room, which has since been deleted and created again or imported from a file, and that never
 * reached the server. They are not merged, because they refer to elements that the present history does not have.
 *
 * @param epoch the history that they belong to, empty when it is not known
 * @param operations the edits
 */
public record Orphaned(String epoch, List<Operation> operations) {
    /** Copies the list. */
    public Orphaned {
        operations = List.copyOf(operations);
    }

    /**
     * The text that was typed, to be offered to the user, without what later edits among these delete again. O(n log n) for n elements.
     *
     * @return one string for each range of consecutive ids, none of them empty, in the order of the ids
     */
    public List<String> typed() {
        Map<ElementId, String> typed = new TreeMap<>((a, b) -> {
            int bySite = a.site().compareTo(b.site());
            return bySite != 0 ? bySite : Long.compare(a.counter(), b.counter());
        });
        for (Operation operation : operations) {
            if (operation instanceof Operation.Insert insert) {
                ElementId id = insert.id();
                int[] points = insert.value().codePoints().toArray();
                for (int i = 0; i < points.length; i++) {
                    typed.put(new ElementId(id.site(), id.counter() + i), Character.toString(points[i]));
                }
            }
        }
        for (Operation operation : operations) {
            ElementId id = operation.id();
            for (int i = 0; operation instanceof Operation.Delete && i < operation.length(); i++) {
                typed.remove(new ElementId(id.site(), id.counter() + i));
            }
        }
        List<String> stretches = new ArrayList<>();
        StringBuilder stretch = new StringBuilder();
        ElementId last = ElementId.HEAD;
        for (Map.Entry<ElementId, String> element : typed.entrySet()) {
            ElementId id = element.getKey();
            if (!stretch.isEmpty() && !(id.site().equals(last.site()) && id.counter() == last.counter() + 1)) {
                stretches.add(stretch.toString());
                stretch.setLength(0);
            }
            stretch.append(element.getValue());
            last = id;
        }
        if (!stretch.isEmpty()) {
            stretches.add(stretch.toString());
        }
        return stretches;
    }
}
