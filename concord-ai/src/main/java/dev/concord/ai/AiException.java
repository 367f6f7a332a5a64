package dev.concord.ai;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A model gave no usable answer. The message is for an operator; it holds no key and no text of a document. */
public final class AiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why there is no answer. */
    public enum Reason {
        /** The service cannot be reached, failed, or refused the call. */
        UPSTREAM,
        /** The service did not answer in time. */
        TIMEOUT,
        /** It answered, with nothing that can be used. */
        NO_ANSWER,
        /** The caller wanted no answer any more. */
        CANCELLED
    }

    private final Reason reason;

    /**
     * A failed call.
     *
     * @param reason why
     * @param message what happened, for an operator
     * @param cause the client's own exception, or null
     */
    public AiException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Why there is no answer.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
