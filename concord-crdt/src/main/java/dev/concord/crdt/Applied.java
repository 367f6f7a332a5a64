package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@link Document#apply(Operation)} did. Immutable. */
public final class Applied {
    private static final Applied DUPLICATE = new Applied(Outcome.DUPLICATE, List.of());
    private static final Applied PENDING = new Applied(Outcome.PENDING, List.of());

    private final Outcome outcome;
    /** In place of a list of one, which is made when it is asked for: this object is made for each operation. */
    private final @Nullable TextChange only;

    private final List<TextChange> several;

    /**
     * What became of an operation, and what it changed.
     *
     * @param outcome what became of it
     * @param changes in the order in which to replay them; copied
     */
    public Applied(Outcome outcome, List<TextChange> changes) {
        this(requireNonNull(outcome, "outcome"), null, List.copyOf(requireNonNull(changes, "changes")));
    }

    private Applied(Outcome outcome, @Nullable TextChange only, List<TextChange> several) {
        this.outcome = outcome;
        this.only = only;
        this.several = several;
    }

    /** Makes no object for an operation that changed nothing, as those of a stream that arrives twice or out of order. */
    static Applied unchanged(Outcome outcome) {
        return switch (outcome) {
            case APPLIED -> new Applied(outcome, List.of());
            case DUPLICATE -> DUPLICATE;
            case PENDING -> PENDING;
        };
    }

    /** One change, as most operations make. */
    static Applied of(Outcome outcome, TextChange change) {
        return new Applied(outcome, change, List.of());
    }

    /**
     * What became of the operation.
     *
     * @return applied, a duplicate, or pending
     */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * What it changed in the visible text, and what it released from the pending buffer did.
     *
     * @return in the order in which to replay it, immutable; empty for a duplicate
     */
    public List<TextChange> changes() {
        return only == null ? several : List.of(only);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Applied that
                && outcome == that.outcome
                && changes().equals(that.changes());
    }

    @Override
    public int hashCode() {
        return Objects.hash(outcome, changes());
    }

    @Override
    public String toString() {
        return "Applied[outcome=" + outcome + ", changes=" + changes() + "]";
    }
}
