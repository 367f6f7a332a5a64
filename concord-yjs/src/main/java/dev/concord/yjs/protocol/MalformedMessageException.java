package dev.concord.yjs.protocol;

/** Bytes that were to be a message are damaged. Immutable. */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int at;

    MalformedMessageException(int at, String problem) {
        super("at byte " + at + ": " + problem);
        this.at = at;
    }

    /**
     * Where the bytes are wrong.
     *
     * @return the index in the given bytes of the first one that could not be understood; the length when they end too early
     */
    public int at() {
        return at;
    }
}
