package dev.concord.server.config;

import java.time.Duration;

/**
 * What the server deletes by itself. Nothing, unless it is configured.
 *
 * @param automaticAge after which versions that the server captured go: zero for never
 * @param namedAge after which versions that people captured go: zero for never
 * @param named how many versions of people a room keeps, the newest ones; zero for all of them
 * @param idleRooms how long a room may go without a change before it is deleted: zero for ever
 * @param interval between two looks: 1 h
 */
public record RetentionLimits(
        Duration automaticAge, Duration namedAge, int named, Duration idleRooms, Duration interval) {
    /** Everything is kept. */
    public static final RetentionLimits NONE =
            new RetentionLimits(Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, Duration.ofHours(1));

    /**
     * Whether there is anything to do.
     *
     * @return false when everything is kept
     */
    public boolean isOn() {
        return !automaticAge.isZero() || !namedAge.isZero() || named > 0 || !idleRooms.isZero();
    }
}
