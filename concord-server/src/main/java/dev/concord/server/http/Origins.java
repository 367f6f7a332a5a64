package dev.concord.server.http;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which web pages may open a WebSocket here. Programs other than browsers send no origin and are let in. */
final class Origins {
    private final Set<String> allowed;

    Origins(Set<String> allowed) {
        this.allowed = allowed;
    }

    /**
     * Whether a request may be upgraded.
     *
     * @param origin its Origin header
     * @param host its Host header: a page of this server itself is always allowed
     */
    boolean allows(@Nullable String origin, @Nullable String host) {
        if (origin == null || allowed.contains("*")) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        if (allowed.contains(lower)) {
            return true;
        }
        int scheme = lower.indexOf("://");
        return scheme > 0 && host != null && lower.substring(scheme + 3).equals(host.toLowerCase(Locale.ROOT));
    }
}
