package dev.concord.server.room;

import java.util.Optional;

/** Finds rooms that lie in the store of another instance. Thread-safe. */
public interface Locator {
    /**
     * A room as another instance has it.
     *
     * @param epoch its history
     * @param state its state, in the engine's encoding
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(String epoch, byte[] state) {}

    /**
     * Whether each instance has a store of its own, so that two may create the same room without a word to each other.
     *
     * @return false when the one store decides
     */
    boolean hasSeparateStores();

    /**
     * Asks the other instances for a room that is not in the store here. Blocks for a short time.
     *
     * @param roomId a valid room id
     * @return as whoever answers first has it, or nothing
     */
    Optional<Found> find(String roomId);

    /**
     * Notifies the other instances that a room came into memory here, so that those that have it bring it into theirs, and those that know that
     * its history has ended say so.
     *
     * @param roomId the room
     * @param epoch its history
     */
    void opened(String roomId, String epoch);

    /**
     * Notifies the other instances that a history has ended, and takes away who was shown there.
     *
     * @param roomId the room
     * @param epoch the history
     */
    void ended(String roomId, String epoch);

    /** Answers no more questions. */
    void close();
}
