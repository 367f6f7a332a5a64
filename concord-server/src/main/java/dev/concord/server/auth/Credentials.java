package dev.concord.server.auth;

import org.jspecify.annotations.Nullable;

/**
 * What somebody presents.
 *
 * @param token as it came; null for none
 * @param address whence, for people and quotas
 */
public record Credentials(@Nullable String token, String address) {
    /** Without the token, so that it is in no log. */
    @Override
    public String toString() {
        return "Credentials[" + (token == null ? "no token" : "token=…") + ", address=" + address + "]";
    }
}
