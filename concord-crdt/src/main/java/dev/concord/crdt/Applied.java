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
    private static final Applied DUPLICATE = new Applied(Outcome.DUPLICATE, List.of());
    private static final Applied PENDING = new Applied(Outcome.PENDING, List.of());

    /** Copies the list. */
    public Applied {
        requireNonNull(outcome, "outcome");
        changes = List.copyOf(requireNonNull(changes, "changes"));
    }

    /** Makes no object for an operation that changed nothing, as those of a stream that arrives twice or out of order. */
    static Applied of(Outcome outcome, List<TextChange> changes) {
        if (outcome == Outcome.APPLIED || !changes.isEmpty()) {
            return new Applied(outcome, changes);
        }
        return outcome == Outcome.PENDING ? PENDING : DUPLICATE;
    }
}
