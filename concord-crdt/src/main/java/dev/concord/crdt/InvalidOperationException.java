package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/** An operation, an argument or one of its fields is outside its range. Nothing was changed. Immutable. */
public final class InvalidOperationException extends CrdtException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * Names the field and what is wrong with it.
     *
     * @param field the field, as it is called on the wire
     * @param problem what is wrong and what is accepted
     */
    public InvalidOperationException(String field, String problem) {
        super(requireNonNull(field, "field") + ": " + requireNonNull(problem, "problem"), null);
        this.field = field;
    }

    /**
     * The field that was refused.
     *
     * @return its name on the wire
     */
    public String field() {
        return field;
    }
}
