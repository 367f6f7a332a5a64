package dev.concord.server.room;

import dev.concord.wire.ErrorCode;

/** What an operator wants to count. Called on room loops; must be quick and thread-safe. */
public interface RoomEvents {
    /** A room came into memory. */
    void roomOpened();

    /** A room left memory. */
    void roomClosed();

    /** A room could not be loaded. */
    void roomFailed();

    /** A member joined. */
    void memberJoined();

    /** A member left. */
    void memberLeft();

    /**
     * An op was applied and sent to the others.
     *
     * @param nanos from its arrival in the room to the last write
     * @param members how many got it
     */
    void opApplied(long nanos, int members);

    /**
     * An op became durable.
     *
     * @param nanos from its arrival in the room
     */
    void opAcknowledged(long nanos);

    /**
     * Something was refused.
     *
     * @param code why
     */
    void refused(ErrorCode code);

    /** A slow reader was resynchronised. */
    void resynchronised();

    /**
     * A room was compacted into its snapshot.
     *
     * @param ops how many ops the snapshot covers that the one before it did not
     */
    void compacted(long ops);

    /** A snapshot could not be stored. */
    void compactionFailed();

    /**
     * Ops that other instances had appended were read from the log.
     *
     * @param ops how many
     */
    void caughtUp(long ops);

    /**
     * The number of rooms that cannot be read has changed.
     *
     * @param rooms how many are quarantined now
     */
    void quarantined(int rooms);

    /**
     * An op of another instance was applied and sent to the members here.
     *
     * @param members how many got it
     */
    void remoteApplied(int members);

    /**
     * Ops were found that the bus had not brought.
     *
     * @param ops how many
     */
    void healed(int ops);

    /** An op that another instance had told and not stored was stored here. */
    void adopted();

    /** A message of another instance could not be used. */
    void busRefused();

    /** Messages came over the bus faster than the room could take them; what they said will be healed. */
    void busDropped();
}
