package dev.concord.crdt;

/** Bytes that should be a state, a version summary or operations are truncated, damaged or of an unknown version. Immutable. */
public final class MalformedStateException extends CrdtException {
    private static final long serialVersionUID = 1L;

    MalformedStateException(String problem) {
        super(problem, null);
    }

    MalformedStateException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
