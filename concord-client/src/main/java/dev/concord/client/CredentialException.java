package dev.concord.client;

/** No token could be got for the server; the cause says why. The session tries again. Its message has no token in it. */
public final class CredentialException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CredentialException(Throwable cause) {
        super("no token could be got for the server", cause);
    }
}
