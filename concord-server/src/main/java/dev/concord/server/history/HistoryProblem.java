package dev.concord.server.history;

/** A request that is refused or cannot be answered; nothing was changed unless the message says so. */
public final class HistoryProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    HistoryProblem(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    /**
     * The HTTP status.
     *
     * @return 400 to 599
     */
    public int status() {
        return status;
    }

    /**
     * Names the problem.
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

    static HistoryProblem noSuchRoom() {
        return new HistoryProblem(
                404, "no_such_room", "no such room; it is made by PUT or by opening it over a WebSocket");
    }
}
