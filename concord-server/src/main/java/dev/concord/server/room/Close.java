package dev.concord.server.room;

/** Why a connection is ended. Codes from 4400 on are permanent: the client stops and says why. */
public enum Close {
    /** Closed by the server's stop or restart. */
    RESTARTING(1012, "the server is restarting; come back"),
    /** The server cannot serve this room just now. */
    OVERLOADED(1013, "this room cannot be served just now; come back later"),
    /** The other side did not speak for too long. */
    IDLE(1001, "no sign of life for too long; come back"),
    /** A text frame is not UTF-8 (RFC 6455, section 8.1). */
    NOT_UTF8(1007, "a text frame is not UTF-8"),
    /** What came cannot be understood at all. */
    MALFORMED(4400, "the frames are malformed beyond repair"),
    /** There is no such room any more. */
    NO_SUCH_ROOM(4404, "this room has been deleted"),
    /** The client holds another history of the room. */
    OTHER_EPOCH(4409, "this room was made anew; what you hold belongs to another history of it"),
    /** A frame is over the limit. */
    TOO_LARGE(4413, "a frame is larger than this server takes; send it in pieces");

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
