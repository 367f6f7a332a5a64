package dev.concord.server.room;

/** Why a connection is ended. Codes from 4400 on are permanent: the client stops and says why. */
public enum Close {
    /** Closed by the server's stop or restart. */
    RESTARTING(1012, "the server is restarting; reconnect"),
    /** The server cannot serve this room at the moment. */
    OVERLOADED(1013, "this room cannot be served at the moment; reconnect later"),
    /** Nothing was received from the other side for too long. */
    IDLE(1001, "nothing was received for too long; reconnect"),
    /** A text frame is not UTF-8 (RFC 6455, section 8.1). */
    NOT_UTF8(1007, "a text frame is not UTF-8"),
    /** Too many malformed frames. */
    MALFORMED(4400, "too many malformed frames"),
    /** Nothing that lets the client in was presented. */
    NOT_AUTHENTICATED(4401, "You have to sign in, or to open a link that is valid."),
    /** What let the client in has ended. */
    TOKEN_ENDED(4401, "Your sign-in, or your link, has ended."),
    /** The client has no right to the room, or has it no more. */
    FORBIDDEN(4403, "You may not open this document."),
    /** There is no such room any more. */
    NO_SUCH_ROOM(4404, "There is no such document."),
    /** The client holds another history of the room. */
    OTHER_EPOCH(4409, "this room was created again; your document belongs to another history of it"),
    /** A frame is over the limit. */
    TOO_LARGE(4413, "a frame is larger than this server accepts; send it in pieces");

    private final int code;
    private final String reason;

    Close(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /**
     * The WebSocket close code.
     *
     * @return 1000 to 4999
     */
    public int code() {
        return code;
    }

    /**
     * For people, in the close frame.
     *
     * @return at most 123 bytes
     */
    public String reason() {
        return reason;
    }
}
