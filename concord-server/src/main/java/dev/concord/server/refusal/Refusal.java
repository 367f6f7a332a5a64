package dev.concord.server.refusal;

import dev.concord.server.room.Absence;

/** A request that is not answered with what it asked for. Nothing was changed unless the message says so. The message is for its sender. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What sort of refusal it is, from which a sender can tell whether trying again helps. */
    public enum Kind {
        /** The request itself is wrong; it will be refused again. */
        INVALID,
        /** The sender may not do this. */
        FORBIDDEN,
        /** What the request names does not exist. */
        NOT_FOUND,
        /** What the request names is in a state in which it cannot be done. */
        CONFLICT,
        /** What the request names existed once. */
        GONE,
        /** The request, or what it names, is larger than a limit. */
        TOO_LARGE,
        /** The sender asked too often; later it will be done. */
        RATE_LIMITED,
        /** A fault of the server. */
        INTERNAL,
        /** A service that the server asked gave no usable answer. */
        UPSTREAM,
        /** The server cannot do it just now; later it may. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final String code;

    /**
     * A refusal.
     *
     * @param kind what sort it is
     * @param code stable, for programs
     * @param detail what is wrong and what to do
     */
    public Refusal(Kind kind, String code, String detail) {
        super(detail, null, false, false);
        this.kind = kind;
        this.code = code;
    }

    /**
     * There is no such room.
     *
     * @return a new refusal
     */
    public static Refusal noSuchRoom() {
        return new Refusal(
                Kind.NOT_FOUND, "no_such_room", "no such room; it is created by PUT or by opening it over a WebSocket");
    }

    /**
     * A room cannot be had.
     *
     * @param reason why
     * @return a new refusal
     */
    public static Refusal of(Absence reason) {
        return reason == Absence.MISSING
                ? noSuchRoom()
                : new Refusal(
                        Kind.UNAVAILABLE,
                        "room_unavailable",
                        "the room cannot be loaded at the moment; the server's log says why");
    }

    /**
     * What sort of refusal it is.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Names the refusal.
     *
     * @return stable, for programs
     */
    public String code() {
        return code;
    }

    /**
     * What is wrong and what to do.
     *
     * @return for people
     */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
