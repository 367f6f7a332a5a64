package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What {@link Document#apply(Operation)} did. Immutable.
 *
 * @param outcome what became of the operation
 * @param changes what it changed in the visible text, in the order in which to replay it; also what it released from the pending buffer.
 *     Empty for a duplicate
 */
public record Applied(Outcome outcome, List<TextChange> changes) {
    /** Copies the list. */
    public Applied {
        requireNonNull(outcome, "outcome");
        changes = List.copyOf(requireNonNull(changes, "changes"));
    }
}
