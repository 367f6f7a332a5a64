package dev.concord.wire;

import java.util.Locale;

/** Why something was refused; on the wire in lower case. */
public enum ErrorCode {
    /** The frame is not a message: broken JSON, a field of the wrong type or missing. */
    MALFORMED,
    /** The op is outside its ranges: counter 0, a lone surrogate, an unknown kind. */
    INVALID_OP,
    /** The op uses an id again with another anchor or value. */
    CONFLICT,
    /** The frame or the op is too large. */
    TOO_LARGE,
    /** Too many ops in a short time; send it again a little later. */
    RATE_LIMITED,
    /** Too much waits in this room for anchors that have not come. */
    PENDING_FULL,
    /** The document has reached its largest size. */
    ROOM_FULL,
    /** Whoever sent it may not do this. */
    FORBIDDEN,
    /** The server cannot store it at the moment; send it again a little later. */
    UNAVAILABLE,
    /** A code that this version does not know. */
    UNKNOWN;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /**
     * The code as it stands in a message.
     *
     * @return lower case with underscores
     */
    public String wire() {
        return wire;
    }

    static ErrorCode ofWire(String wire) {
        for (ErrorCode code : values()) {
            if (code.wire.equals(wire)) {
                return code;
            }
        }
        return UNKNOWN;
    }
}
