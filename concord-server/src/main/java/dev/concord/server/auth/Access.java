package dev.concord.server.auth;

import java.util.concurrent.CompletionStage;

/** Lets people in: the one place that asks the {@link Authorizer}. Thread-safe. */
public final class Access {
    private final Authorizer authorizer;

    /**
     * Access as an authorizer decides.
     *
     * @param authorizer names users and their rights
     */
    public Access(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /**
     * Checks what somebody presents.
     *
     * @param credentials a token or none
     * @return completes on any thread as {@link Authorizer#authenticate} does
     */
    public CompletionStage<Caller> enter(Credentials credentials) {
        return authorizer.authenticate(credentials).thenApply(grant -> new Caller(grant, credentials.address()));
    }
}
