package dev.concord.client;

import dev.concord.crdt.TextChange;
import java.util.List;

/**
 * Receives the events of a session, on its loop, and may call the session. What a listener throws goes to the thread's handler of uncaught
 * exceptions and does not disturb the session or other listeners.
 */
public interface SessionListener {
    /**
     * The text has changed.
     *
     * @param changes to be applied one after the other
     * @param origin whose change it was
     */
    default void textChanged(List<TextChange> changes, Origin origin) {}

    /**
     * The status has changed.
     *
     * @param status the new one
     */
    default void statusChanged(Status status) {}

    /**
     * Somebody came, left or moved.
     *
     * @param peers the others, in the order of their coming
     */
    default void peersChanged(List<Peer> peers) {}

    /**
     * The server has refused something.
     *
     * @param refused what and why
     */
    default void refused(Refused refused) {}

    /**
     * Something went wrong that has no better place: a frame that cannot be read, a store that cannot be written. The session goes on.
     *
     * @param fault what
     */
    default void fault(Exception fault) {}
}
