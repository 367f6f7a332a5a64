package dev.concord.server.auth;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides who somebody is, and what they may do. An application that embeds the server passes one of its own. Thread-safe. */
@FunctionalInterface
public interface Authorizer {
    /** Everybody may do everything, and nobody is known. */
    Authorizer OPEN = credentials -> CompletableFuture.completedFuture(new Grant() {
        @Override
        public @Nullable User user() {
            return null;
        }

        @Override
        public Right right(String room) {
            return Right.ADMIN;
        }

        @Override
        public @Nullable Instant expires() {
            return null;
        }
    });

    /**
     * Checks what somebody presents. Called on an event loop, so it must not block; may be called without a token, to let guests in.
     *
     * @param credentials what they present
     * @return completes on any thread; exceptionally with {@link NotAuthenticatedException} when they are not let in, and with anything else
     *     when that cannot be decided at the moment
     */
    CompletionStage<Grant> authenticate(Credentials credentials);
}
