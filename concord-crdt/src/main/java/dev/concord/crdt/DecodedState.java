package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state as inserts and deletes with explicit anchors and site names.
 *
 * @param inserts runs to insert; those that wait in a state are in the order of {@link TopologicalOrder} only when that has been asked for
 * @param deletes ranges to delete
 */
record DecodedState(List<Run> inserts, List<Range> deletes) {
    /** The operations that do the same. */
    List<Operation> operations() {
        List<Operation> ops = new ArrayList<>(inserts.size() + deletes.size());
        for (Run run : inserts) {
            ElementId id = new ElementId(run.site, run.counter);
            String value = run.value;
            if (value == null) {
                ops.add(new Operation.Delete(id, run.length));
                value = "\uFFFD".repeat(run.length);
            }
            ops.add(new Operation.Insert(id, run.anchor, value, run.length));
        }
        for (Range range : deletes) {
            ops.add(new Operation.Delete(new ElementId(range.site, range.from), (int) (range.to - range.from)));
        }
        return ops;
    }

    /**
     * A run of elements.
     *
     * @param value the text, null for tombstones
     */
    record Run(
            String site, long counter, int length, @Nullable String value, Anchor anchor) {
        /** Whether {@code next} goes on where this run ends, so that a canonical state has them as one. */
        boolean continuedBy(Run next) {
            return next.site.equals(site)
                    && next.counter == counter + length
                    && (next.value == null) == (value == null)
                    && next.anchor.side() == Side.AFTER
                    && next.anchor.element().counter() == next.counter - 1
                    && next.anchor.element().site().equals(site);
        }

        long end() {
            return counter + length;
        }

        /** The elements with counters {@code from} to {@code to - 1}. */
        Run part(long from, long to) {
            if (from == counter && to == end()) {
                return this;
            }
            String part = value == null ? null : Text.part(value, (int) (from - counter), (int) (to - counter));
            Anchor on = from == counter ? anchor : Anchor.after(new ElementId(site, from - 1));
            return new Run(site, from, (int) (to - from), part, on);
        }

        Run joinedWith(Run next) {
            return new Run(site, counter, length + next.length, value == null ? null : value + next.value, anchor);
        }
    }

    /**
     * A range of deleted counters of a site.
     *
     * @param from first counter
     * @param to the counter after the last
     */
    record Range(String site, long from, long to) {}
}
