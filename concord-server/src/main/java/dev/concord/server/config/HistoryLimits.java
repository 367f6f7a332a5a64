package dev.concord.server.config;

import java.time.Duration;

/**
 * Bounds of the history.
 *
 * @param interval of activity after which the server captures a version of its own: 10 min; zero for never
 * @param automatic how many of those a room keeps: 50, the oldest go first; named ones never go
 * @param named how many versions of people a room has; more are refused: 1,000
 * @param elements of the larger one of two states that are compared or restored, tombstones included: 1 million, about 200 MB of memory
 *     while it lasts: 100 bytes an element and list
 * @param steps of a replay that one answer has: 5,000
 * @param retention what the server deletes by itself
 */
public record HistoryLimits(
        Duration interval, int automatic, int named, int elements, int steps, RetentionLimits retention) {
    /** The bounds of a server that nobody configured. */
    public static final HistoryLimits DEFAULT = new HistoryLimits(Duration.ofMinutes(10), 50, 1_000, 1_000_000, 5_000);

    /** With everything kept. */
    public HistoryLimits(Duration interval, int automatic, int named, int elements, int steps) {
        this(interval, automatic, named, elements, steps, RetentionLimits.NONE);
    }
}
