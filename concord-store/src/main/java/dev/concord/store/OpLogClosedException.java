package dev.concord.store;

/**
 * The op log was closed before this op was known to be durable. It may have been stored all the same when its commit was
 * under way, so it must be neither acknowledged nor taken for lost.
 */
public class OpLogClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** With the one message there is. */
    public OpLogClosedException() {
        super("the op log is closed");
    }
}
