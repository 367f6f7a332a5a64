package dev.concord.store;

/**
 * The op was refused because too much is waiting to become durable, and was not queued. Usually the store has been away
 * for a while; the edit may be tried again when {@link OpLog#pendingBytes()} has fallen.
 */
public class OpLogFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Says how much is waiting. */
    public OpLogFullException(long pendingOps, long pendingBytes) {
        super("too much is waiting to be stored: " + pendingOps + " ops, " + pendingBytes + " bytes");
    }
}
