package dev.concord.crdt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state as inserts and deletes with explicit anchors and site names.
 *
 * @param inserts runs to insert, anchors before what hangs on them wherever the state has both
 * @param deletes ranges to delete
 */
record DecodedState(List<Run> inserts, List<Range> deletes) {
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

        Run joinedWith(Run next) {
            return new Run(site, counter, length + next.length, value == null ? null : value + next.value, anchor);
        }
    }

    /**
     * A range of deleted counters of a site.
     *
     * @param from first counter
     * @param to the counter behind the last
     */
    record Range(String site, long from, long to) {}
}
