package dev.concord.yjs;

/** Bytes that were to be an update, a state vector, a snapshot or a relative position are damaged. Nothing was changed. Immutable. */
public final class MalformedUpdateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int at;

    MalformedUpdateException(int at, String problem) {
        super("at byte " + at + ": " + problem);
        this.at = at;
    }

    /**
     * Where the bytes are wrong.
     *
     * @return the index of the first byte that could not be understood; the length when they end too early
     */
    public int at() {
        return at;
    }
}
