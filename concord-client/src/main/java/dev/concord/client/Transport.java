package dev.concord.client;

import java.net.URI;

/**
 * Makes WebSockets. {@code dev.concord.client.http.HttpTransport} is the one for the JDK; another one, for Android say, takes a few dozen
 * lines over whatever library is there.
 */
public interface Transport {
    /** A close code for "no close frame came" (RFC 6455, section 7.1.5): the connection broke, or was never made. */
    int BROKEN = 1006;

    /**
     * Starts to connect. Does not wait.
     *
     * @param address a {@code ws:} or {@code wss:} address
     * @param handler is notified how it goes, by any thread, one call at a time
     * @return the connection; it takes frames at once and keeps them until it is open
     */
    Link connect(URI address, Handler handler);

    /**
     * A connection, open or not yet. Its methods may be called by any thread and never block. It has to find out by itself, within a
     * minute or so, that the other side is gone without a word (WebSocket pings do that): whoever only reads would not notice.
     */
    interface Link {
        /**
         * Sends a text frame, after those before it. Void when the connection has ended.
         *
         * @param frame the text
         */
        void send(String frame);

        /** Ends the connection after what was sent, with code 1000. Void when it has ended. */
        void close();
    }

    /** Is notified of one connection. */
    interface Handler {
        /**
         * A whole text frame came.
         *
         * @param frame the text
         */
        void frame(String frame);

        /**
         * The connection has ended, or could not be made. Exactly once, and nothing after it.
         *
         * @param code of the close frame, or {@link #BROKEN}. Where the server refused the upgrade, the code that says the same: 4401
         *     for 401, 4403 for 403, 4404 for 404
         * @param reason for people, possibly empty
         */
        void closed(int code, String reason);
    }
}
