package dev.concord.crdt;

import org.jspecify.annotations.Nullable;

/**
 * A run to be inserted, with its site as a number of the document's {@link SiteTable}.
 *
 * @param value the text, null when the elements are known only as tombstones
 * @param length number of elements
 */
record Insertion(
        int site, long counter, int length, @Nullable String value, Anchor anchor) {
    long end() {
        return counter + length;
    }

    /** The elements with counters {@code from} to {@code to - 1}. */
    Insertion part(long from, long to, String siteName) {
        if (from == counter && to == end()) {
            return this;
        }
        String part = value == null ? null : Text.part(value, (int) (from - counter), (int) (to - counter));
        return new Insertion(site, from, (int) (to - from), part, anchorAt(from, siteName));
    }

    /** The anchor of the element with that counter. */
    Anchor anchorAt(long at, String siteName) {
        return at == counter ? anchor : Anchor.after(new ElementId(siteName, at - 1));
    }
}
