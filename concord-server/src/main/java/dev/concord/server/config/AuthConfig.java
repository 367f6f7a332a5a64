package dev.concord.server.config;

import org.jspecify.annotations.Nullable;

/**
 * Who is let in.
 *
 * @param mode what is asked for
 * @param secret with which tokens are signed; not set for none
 * @param issuer what a token's {@code iss} must be; null for any
 * @param audience what a token's {@code aud} must contain; null for any
 */
public record AuthConfig(
        Mode mode,
        Secret secret,
        @Nullable String issuer,
        @Nullable String audience) {
    /** Everybody is let in. */
    public static final AuthConfig NONE = new AuthConfig(Mode.NONE, Secret.NONE, null, null);

    /** What is asked for. */
    public enum Mode {
        /** Nothing. */
        NONE,
        /** A token of the operator's issuer. */
        JWT
    }
}
