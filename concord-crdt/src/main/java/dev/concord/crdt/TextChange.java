package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * What an applied operation did to the visible text. A list of changes is meant to be applied one after the other. Immutable.
 *
 * @param offset where, in UTF-16 units of the text as it was before this change
 * @param removed how many UTF-16 units went, from {@code offset}
 * @param inserted what came at {@code offset} instead, possibly empty
 */
public record TextChange(int offset, int removed, String inserted) {
    /** Refuses null. */
    public TextChange {
        requireNonNull(inserted, "inserted");
    }
}
