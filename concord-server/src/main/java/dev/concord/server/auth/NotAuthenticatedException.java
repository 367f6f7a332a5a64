package dev.concord.server.auth;

/** Somebody presents nothing that lets them in. The message is for them, and says nothing of the keys. */
public final class NotAuthenticatedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no token, and one is needed. */
        MISSING,
        /** The token has ended. */
        EXPIRED,
        /** The token has been revoked. */
        REVOKED,
        /** The token is not valid here. */
        INVALID
    }

    private final Reason reason;

    /**
     * A refusal.
     *
     * @param reason why
     * @param message for the sender
     */
    public NotAuthenticatedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /**
     * Why.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
