package dev.concord.server.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who is in which room, on whatever instance; an entry that is not renewed goes by itself. Thread-safe; no method blocks, and while the
 * board cannot be reached nothing happens.
 */
public interface PresenceBoard {
    /**
     * One connection that has shown itself.
     *
     * @param id names it among all instances' connections; empty for a user of whom nothing more is known
     * @param user its display name
     * @param payload caret, colour and the rest, in a form that the rooms understand; empty when not known
     * @param left how long it stays unless it is renewed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(String id, String user, byte[] payload, Duration left) {}

    /**
     * Puts entries up, or renews them.
     *
     * @param roomId the room
     * @param entries all that have changed
     */
    void show(String roomId, Collection<Entry> entries);

    /**
     * Takes one down.
     *
     * @param roomId the room
     * @param id from {@link Entry#id}
     * @param user the user, when no other connection of the same user is known; empty to leave it
     */
    void remove(String roomId, String id, String user);

    /**
     * Takes everybody down, for a room that is no more.
     *
     * @param roomId the room
     */
    void clear(String roomId);

    /**
     * Sweeps a room and lists who is left.
     *
     * @param roomId the room
     * @return completes on a thread of the board's own; exceptionally when the board cannot be reached
     */
    CompletionStage<List<Entry>> list(String roomId);
}
