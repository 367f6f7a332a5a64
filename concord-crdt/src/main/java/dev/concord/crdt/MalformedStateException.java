package dev.concord.crdt;

/** Bytes that should be a state, a version summary or operations are truncated, damaged or of an unknown version. Immutable. */
public final class MalformedStateException extends CrdtException {
    private static final long serialVersionUID = 1L;

    /** Whether the format is of a version that this program does not know. */
    private final boolean unknownVersion;

    MalformedStateException(String problem) {
        this(problem, false);
    }

    MalformedStateException(String problem, boolean unknownVersion) {
        super(problem, null);
        this.unknownVersion = unknownVersion;
    }

    MalformedStateException(String problem, Throwable cause) {
        super(problem, cause);
        unknownVersion = false;
    }

    /**
     * Whether these bytes name a version of their format that this program does not know. Probably a newer one wrote them: they will not become
     * readable by asking again.
     *
     * @return false when they are truncated or damaged
     */
    public boolean isUnknownVersion() {
        return unknownVersion;
    }
}
