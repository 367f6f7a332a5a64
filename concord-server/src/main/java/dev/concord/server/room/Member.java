package dev.concord.server.room;

import dev.concord.server.auth.Right;

/** A connection, as its room sees it. All methods are called on the room's loop. */
public interface Member {
    /**
     * Names the connection in logs.
     *
     * @return a short id
     */
    String id();

    /**
     * Who is behind the connection, as far as that can be known.
     *
     * @return equal for connections that may be one client's, such as those from one address
     */
    Object origin();

    /**
     * What the member may do in the room now.
     *
     * @return READ or more
     */
    Right right();

    /**
     * Who it is.
     *
     * @return the user's id; empty where the server knows nobody
     */
    String user();

    /**
     * Whether what waits to be written is below the bound.
     *
     * @return false for a reader that is too slow: the room stops sending and resynchronises it later
     */
    boolean isWritable();

    /**
     * Queues a frame; it goes out with the next {@link #flush}.
     *
     * @param frame from the room's {@link Frames}
     */
    void send(Frames.Frame frame);

    /** Writes what is queued. */
    void flush();

    /**
     * Ends the connection.
     *
     * @param close why
     */
    void close(Close close);
}
