package dev.concord.store;

import org.jspecify.annotations.Nullable;

/**
 * The store does not answer now: the database is away, busy, or its disk is full. Trying again later may succeed. After
 * a failed write the outcome is <em>unknown</em>: the commit may have taken place with only its answer lost.
 */
public class StoreUnavailableException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** A refusal with the error below it, if there is one. */
    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
