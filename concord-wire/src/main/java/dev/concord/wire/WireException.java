package dev.concord.wire;

import org.jspecify.annotations.Nullable;

/** A frame cannot be read as messages. */
public final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable Long seq;

    WireException(ErrorCode code, String message, @Nullable Long seq) {
        super(message);
        this.code = code;
        this.seq = seq;
    }

    /**
     * What kind of fault it is.
     *
     * @return {@link ErrorCode#MALFORMED} or {@link ErrorCode#INVALID_OP}
     */
    public ErrorCode code() {
        return code;
    }

    /**
     * The seq of the op at fault.
     *
     * @return null when the fault is not in an op, or the op has no readable seq
     */
    public @Nullable Long seq() {
        return seq;
    }
}
