package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** Names of editing sessions. Thread-safe. */
public final class Sites {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    private static final int MAX_LENGTH = 64;
    private static final int RANDOM_LENGTH = 12;

    /** The last site that was found well formed: most ids in a row are of one. A race costs a check, nothing else. */
    private static String lastChecked = "";

    /** Opened when a name is wanted, for most documents get theirs from elsewhere. */
    private static final class Secure {
        static final SecureRandom SOURCE = new SecureRandom();
    }

    private Sites() {}

    /**
     * A new name from a secure source, see {@link #random(RandomGenerator)}.
     *
     * @return 12 characters
     */
    public static String random() {
        return random(Secure.SOURCE);
    }

    /**
     * A new name of 72 random bits. Take a new one for every editing session: a site that is used again after a restart
     * creates ids that already exist.
     *
     * @param random the source; outside of tests a secure one
     * @return 12 characters
     */
    public static String random(RandomGenerator random) {
        requireNonNull(random, "random");
        StringBuilder site = new StringBuilder(RANDOM_LENGTH);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            site.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return site.toString();
    }

    @SuppressWarnings("ReferenceEquality") // only the very same string is known to be well formed without looking
    static void check(String site) {
        if (site == lastChecked) {
            return;
        }
        if (site.isEmpty() || site.length() > MAX_LENGTH) {
            throw new InvalidOperationException("id.site", "must have 1 to 64 characters, but has " + site.length());
        }
        for (int i = 0; i < site.length(); i++) {
            char c = site.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
            if (!allowed) {
                throw new InvalidOperationException(
                        "id.site", "may have A-Z, a-z, 0-9, _ and - only; index " + i + " is something else");
            }
        }
        lastChecked = site;
    }
}
