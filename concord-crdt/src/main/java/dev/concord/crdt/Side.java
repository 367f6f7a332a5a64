package dev.concord.crdt;

/** A side of an element. Immutable. */
public enum Side {
    /** To the left: for an insert, a left child of its anchor. */
    BEFORE,
    /** To the right: for an insert, a right child of its anchor. */
    AFTER
}
