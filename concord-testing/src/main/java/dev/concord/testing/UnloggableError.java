package dev.concord.testing;

/** An error of which neither a message nor a log line can be made, as when memory is short. */
public final class UnloggableError extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
        throw new LinkageError("planted");
    }
}
