package dev.concord.server.config;

import java.net.URI;

/**
 * Where the instances meet.
 *
 * @param uri {@code redis://} or {@code rediss://}; may hold a password, so it is never logged
 * @param cluster whether it is a Redis Cluster
 */
public record RedisAddress(URI uri, boolean cluster) {
    /** Without what must stay secret. */
    @Override
    public String toString() {
        String authority = String.valueOf(uri.getRawAuthority());
        return uri.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1);
    }
}
