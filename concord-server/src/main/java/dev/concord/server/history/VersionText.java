package dev.concord.server.history;

/**
 * A version and its text.
 *
 * @param version what is known of it
 * @param text its visible text
 */
public record VersionText(Version version, String text) {}
