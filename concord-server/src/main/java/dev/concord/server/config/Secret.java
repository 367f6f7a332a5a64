package dev.concord.server.config;

/**
 * A value that must not get into logs or messages: printing it shows nothing of it.
 *
 * @param value what it is; empty when it was not set
 */
public record Secret(String value) {
    /** Nothing. */
    public static final Secret NONE = new Secret("");

    /**
     * Whether there is a value.
     *
     * @return false for {@link #NONE}
     */
    public boolean isSet() {
        return !value.isEmpty();
    }

    @Override
    public String toString() {
        return isSet() ? "(secret)" : "(none)";
    }
}
