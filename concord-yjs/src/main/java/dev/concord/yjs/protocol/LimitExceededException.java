package dev.concord.yjs.protocol;

/** A message is larger than {@link ProtocolLimits} allow, or there are too many states. Nothing was changed. Immutable. */
public final class LimitExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String limit;

    LimitExceededException(String limit, long asked, long allowed) {
        super(limit + ": " + asked + " asked, " + allowed + " allowed");
        this.limit = limit;
    }

    /**
     * Which limit it is.
     *
     * @return the name of the component of {@link ProtocolLimits}
     */
    public String limit() {
        return limit;
    }

    static void check(String limit, long asked, long allowed) {
        if (asked > allowed) {
            throw new LimitExceededException(limit, asked, allowed);
        }
    }
}
