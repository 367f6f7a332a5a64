package dev.concord.server.ai;

/** A request that is not answered with what it asked for. The message is for its sender. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * A refusal.
     *
     * @param status the HTTP status
     * @param code stable, for programs
     * @param detail what is wrong and what to do
     */
    public Problem(int status, String code, String detail) {
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
}
