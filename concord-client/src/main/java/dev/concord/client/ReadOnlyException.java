package dev.concord.client;

/** The server lets this client read the room, and not change it, see {@link Status#readOnly}. Nothing was changed. */
public final class ReadOnlyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ReadOnlyException() {
        super("this document may be read here, and not changed");
    }
}
