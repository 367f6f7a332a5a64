package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One element of the materialised list, tombstones included. Immutable.
 *
 * @param id its identity
 * @param value its code point as a string, null for a tombstone, whose character is not kept
 * @param deleted whether it is a tombstone
 */
public record Element(ElementId id, @Nullable String value, boolean deleted) {
    /**
     * Checks the fields.
     *
     * @throws InvalidOperationException when the id is the head, when the value is not exactly one code point, or when an element has both
     *     a value and its deletion, or neither
     */
    public Element {
        if (requireNonNull(id, "id").isHead()) {
            throw new InvalidOperationException("id", "the head is not an element");
        }
        if (deleted != (value == null)) {
            throw new InvalidOperationException("value", "must be null for a tombstone, and for a tombstone only");
        }
        if (value != null && (Text.codePoints(value) != 1)) {
            throw new InvalidOperationException("value", "must be one code point");
        }
    }
}
