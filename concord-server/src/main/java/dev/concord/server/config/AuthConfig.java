package dev.concord.server.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in.
 *
 * @param mode what is asked for
 * @param source where rights come from
 * @param secret with which tokens are signed; not set for none
 * @param keys where the public keys of tokens are: a file, or an address of HTTP; null for none
 * @param issuer what a token's {@code iss} must be; null for any
 * @param audience what a token's {@code aud} must contain; null for any
 * @param metrics without which nobody gets the metrics; not set to give them to everybody
 */
public record AuthConfig(
        Mode mode,
        Source source,
        Secret secret,
        @Nullable URI keys,
        @Nullable String issuer,
        @Nullable String audience,
        Secret metrics) {
    /** Everybody is let in. */
    public static final AuthConfig NONE = new AuthConfig(Mode.NONE, Source.BOTH, Secret.NONE, null, null);

    /**
     * Tokens are signed with a secret, or are links.
     *
     * @param mode what is asked for
     * @param source where rights come from
     * @param secret with which tokens are signed; not set for none
     * @param issuer what a token's {@code iss} must be; null for any
     * @param audience what a token's {@code aud} must contain; null for any
     */
    public AuthConfig(Mode mode, Source source, Secret secret, @Nullable String issuer, @Nullable String audience) {
        this(mode, source, secret, null, issuer, audience, Secret.NONE);
    }

    /** What is asked for. */
    public enum Mode {
        /** Nothing. */
        NONE,
        /** A link that the server has made. */
        LINKS,
        /** A token of the operator's issuer, or a link. */
        JWT
    }

    /** Where rights come from. */
    public enum Source {
        /** From tokens; lists of rooms can only take rights away. */
        TOKEN,
        /** From the lists of rooms, and administrators from tokens. */
        ROOM,
        /** From both; a list counts instead of the token. */
        BOTH
    }
}
