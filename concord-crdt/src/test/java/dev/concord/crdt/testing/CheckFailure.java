package dev.concord.crdt.testing;

/** A check found two replicas that differ, an edit that went elsewhere, or text that is torn. The message says how to replay it. */
public final class CheckFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    /** The seed of the session. */
    private final long seed;

    CheckFailure(long seed, String message, Throwable cause) {
        super(message, cause);
        this.seed = seed;
    }

    /**
     * The seed with which {@link ReplicaChecks#replay} fails again.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }
}
