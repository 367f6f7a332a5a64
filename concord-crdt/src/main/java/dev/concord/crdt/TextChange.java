package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * One change of the visible text. The changes of a list are applied one after the other. Immutable.
 *
 * @param offset where, in UTF-16 units of the text as it was before this change
 * @param removed number of UTF-16 units removed from {@code offset} on
 * @param inserted text inserted at {@code offset} instead, possibly empty
 */
public record TextChange(int offset, int removed, String inserted) {
    /** Refuses null. */
    public TextChange {
        requireNonNull(inserted, "inserted");
    }
}
