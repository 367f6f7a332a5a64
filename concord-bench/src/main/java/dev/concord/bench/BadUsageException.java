package dev.concord.bench;

/** The command line asks for something that there is not; the message says what to do. */
final class BadUsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadUsageException(String message) {
        super(message);
    }
}
