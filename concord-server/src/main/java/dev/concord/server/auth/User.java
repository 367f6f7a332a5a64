package dev.concord.server.auth;

import org.jspecify.annotations.Nullable;

/**
 * Somebody, as the server knows them.
 *
 * @param id stable and unique; not empty
 * @param name for people; null when nobody vouches for one, so that the user may choose
 * @param color {@code #} and 3 to 8 hexadecimal digits; null for the user's own choice
 */
public record User(
        String id, @Nullable String name, @Nullable String color) {
    /**
     * What others are shown.
     *
     * @return the name, or the id where there is none
     */
    public String shown() {
        return name == null ? id : name;
    }
}
