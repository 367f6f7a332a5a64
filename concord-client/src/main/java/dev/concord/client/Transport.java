package dev.concord.client;

import java.net.URI;
import java.util.Map;

/**
 * Opens WebSockets. {@code dev.concord.client.http.HttpTransport} uses the JDK; another implementation, for Android for example, takes a few
 * dozen lines on top of a WebSocket library.
 */
public interface Transport {
    /** A close code for "no close frame came" (RFC 6455, section 7.1.5): the connection broke, or was never made. */
    int BROKEN = 1006;

    /**
     * Starts to connect, without waiting for the connection.
     *
     * @param address a {@code ws:} or {@code wss:} URL
     * @param handler receives the events of the connection, on any thread, one call at a time
     * @return the connection; it accepts frames at once and keeps them until it is open
     */
    Link connect(URI address, Handler handler);

    /**
     * Starts to connect, with further headers in the request that opens the WebSocket. A transport that cannot set any ignores them, as this
     * does, and the session sends its token in the first frame.
     *
     * @param address a {@code ws:} or {@code wss:} URL
     * @param headers names, each once, and values; they may be secret, so they must be neither logged nor kept
     * @param handler receives the events of the connection, on any thread, one call at a time
     * @return the connection, as from {@link #connect(URI, Handler)}
     */
    default Link connect(URI address, Map<String, String> headers, Handler handler) {
        return connect(address, handler);
    }

    /**
     * Whether {@link #connect(URI, Map, Handler)} sends the headers.
     *
     * @return false, unless a transport says otherwise
     */
    default boolean sendsHeaders() {
        return false;
    }

    /**
     * A connection that is open or being opened. Its methods may be called by any thread and never block. It should detect by itself, within
     * about a minute, that the other side has disappeared, for example by WebSocket pings: a session that only reads detects that only with
     * servers that send a pulse.
     */
    interface Link {
        /**
         * Sends a text frame, in the order of the calls. Does nothing when the connection has ended.
         *
         * @param frame the text
         */
        void send(String frame);

        /** Ends the connection with code 1000, after the frames that were sent before. Does nothing when it has ended. */
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
         * @param code of the close frame, or {@link #BROKEN}. Where the server refused the upgrade, the close code that corresponds to the
         *     HTTP status: 4400 for 400, 4401 for 401, 4403 for 403, 4404 for 404, 4413 for 413, and 1013 for 503
         * @param reason for people, possibly empty
         */
        void closed(int code, String reason);
    }
}
