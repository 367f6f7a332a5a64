package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Looks at operations that are to be applied together, or not at all. */
final class Batch {
    private static final Comparator<Operation> BY_ELEMENT = Comparator.<Operation, String>comparing(
                    op -> op.id().site())
            .thenComparingLong(op -> op.id().counter());

    private final Core core;
    private final List<Operation> ops;

    Batch(Core core, List<Operation> ops) {
        this.core = core;
        this.ops = ops;
    }

    /**
     * Whether none will be refused, whatever the others do: no element is inserted by two of them, so that each has to agree with the
     * document only, and all together stay inside the bounds. O(n log n) for n operations, plus a lookup of each.
     */
    boolean isCertain() {
        List<Operation> inserts = new ArrayList<>(ops.size());
        long inserted = 0;
        long deleted = 0;
        for (Operation op : ops) {
            if (op instanceof Operation.Insert) {
                inserts.add(op);
                inserted += op.length();
            } else {
                deleted += op.length();
            }
        }
        return core.elements() + inserted <= Document.MAX_ELEMENTS
                && core.pending.deleteElements() + deleted <= Document.MAX_ELEMENTS
                && areDistinct(inserts)
                && areTaken(inserts);
    }

    private static boolean areDistinct(List<Operation> inserts) {
        inserts.sort(BY_ELEMENT);
        for (int i = 1; i < inserts.size(); i++) {
            ElementId last = inserts.get(i - 1).id();
            ElementId id = inserts.get(i).id();
            if (id.site().equals(last.site())
                    && id.counter() - last.counter() < inserts.get(i - 1).length()) {
                return false;
            }
        }
        return true;
    }

    private boolean areTaken(List<Operation> inserts) {
        try {
            inserts.forEach(core.verifier::check);
            return true;
        } catch (CrdtException e) {
            return false;
        }
    }
}
