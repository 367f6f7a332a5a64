package dev.concord.yjs;

/**
 * What a document takes from others at most. Each bound is checked before memory or time in its proportion is spent. Immutable.
 *
 * <p>All replicas of a document should have the same: what one refuses, its peers may have. The steps that concurrent inserts cost depend on
 * what a replica has already, so they are no bound but a budget of who takes an update from outside: {@link YDocument#check}.
 *
 * @param maxStructs structs in one update beyond one for each of its bytes; the columns of V2 repeat values for ever, so that a few
 *     bytes can claim millions
 * @param maxDepth how deep arrays and objects in one value may be nested; shared types may be nested deeper, because nothing
 *     here recurses, but are not printed as JSON then
 * @param maxClients clients whose structs one document holds; state vectors grow with them
 * @param maxClock the highest clock that a struct may end at, at most {@link Integer#MAX_VALUE}
 * @param maxClockStep how many clocks one struct without content (a deletion, garbage) may take; larger ones are not made of
 *     smaller ones either
 * @param maxPendingStructs structs and delete ranges that may wait for what they depend on
 * @param maxPendingBytes bytes of the structs that wait
 */
public record Bounds(
        int maxStructs,
        int maxDepth,
        int maxClients,
        int maxClock,
        int maxClockStep,
        int maxPendingStructs,
        int maxPendingBytes) {
    /** For servers: generous for people at keyboards, and no update takes more than about a second or 64 MB. */
    public static final Bounds DEFAULT =
            new Bounds(1 << 16, 256, 1 << 17, Integer.MAX_VALUE, 1 << 28, 1 << 16, 1 << 24);

    /** Checks that all are above 0. */
    public Bounds {
        if (maxStructs < 1
                || maxDepth < 1
                || maxClients < 1
                || maxClock < 1
                || maxClockStep < 1
                || maxPendingStructs < 1
                || maxPendingBytes < 1) {
            throw new IllegalArgumentException("bounds are 1 or more");
        }
    }
}
