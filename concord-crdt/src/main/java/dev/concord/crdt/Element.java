package dev.concord.crdt;

import org.jspecify.annotations.Nullable;

/**
 * One element of the materialised list, tombstones included. Immutable.
 *
 * @param id its identity
 * @param value its code point as a string, null for a tombstone, whose character is not kept
 * @param deleted whether it is a tombstone
 */
public record Element(ElementId id, @Nullable String value, boolean deleted) {}
