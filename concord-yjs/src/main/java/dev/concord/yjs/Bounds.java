package dev.concord.yjs;

/**
 * What a document takes from others at most. Each bound is checked before memory or time in its proportion is spent. Immutable.
 *
 * @param maxStructs structs in one update beyond one for each of its bytes; the columns of V2 repeat values for ever, so that a few
 *     bytes can claim millions
 * @param maxDepth how deep arrays and objects in one value, and shared types in one another, may be nested
 * @param maxClients clients whose structs one document holds; state vectors grow with them
 * @param maxClock the highest clock that a struct may end at, at most {@link Integer#MAX_VALUE}
 * @param maxClockStep how many clocks one struct without content (a deletion, garbage) may take; larger ones are not made of
 *     smaller ones either
 * @param maxPendingStructs structs and delete ranges that may wait for what they depend on
 * @param maxPendingBytes bytes of the structs that wait
 * @param maxScan steps along lists that placing the structs of one update may take; concurrent inserts at one spot are compared
 *     with each other, so n of them cost n²/2 steps
 */
public record Bounds(
        int maxStructs,
        int maxDepth,
        int maxClients,
        int maxClock,
        int maxClockStep,
        int maxPendingStructs,
        int maxPendingBytes,
        long maxScan) {
    /** For servers: generous for people at keyboards, and no update takes more than about a second or 64 MB. */
    public static final Bounds DEFAULT =
            new Bounds(1 << 16, 256, 1 << 17, Integer.MAX_VALUE, 1 << 28, 1 << 16, 1 << 24, 100_000_000L);

    /** Checks that all are above 0. */
    public Bounds {
        if (maxStructs < 1
                || maxDepth < 1
                || maxClients < 1
                || maxClock < 1
                || maxClockStep < 1
                || maxPendingStructs < 1
                || maxPendingBytes < 1
                || maxScan < 1) {
            throw new IllegalArgumentException("bounds are 1 or more");
        }
    }
}
