package dev.concord.store;

import org.jspecify.annotations.Nullable;

/**
 * The store could not do what was asked, and asking again unchanged will not help. Failures that pass by themselves are
 * {@link StoreUnavailableException}.
 */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure that the store found by itself. */
    public StoreException(String message) {
        super(message);
    }

    /** A failure with the error below it, if there is one. */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
