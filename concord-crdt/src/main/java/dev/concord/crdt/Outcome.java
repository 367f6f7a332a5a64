package dev.concord.crdt;

/**
 * What became of an operation that was not refused, see {@link Document#apply(Operation)}, or what would become of it, see
 * {@link Document#check}. A refused operation is an exception. Immutable.
 */
public enum Outcome {
    /** It changed the document, and no part of it is newly pending. */
    APPLIED,
    /** All of it was known already, in the text or waiting: it changed nothing. */
    DUPLICATE,
    /**
     * At least a part of it waits in the pending buffer, until the anchor of an insert or the target of a delete arrives. The rest, if any,
     * was applied.
     */
    PENDING
}
