package dev.concord.ai;

/**
 * What calls have cost.
 *
 * @param inputTokens tokens of the prompts, as the service counts them; 0 when it does not say
 * @param outputTokens tokens of the answers, thinking included
 */
public record Usage(long inputTokens, long outputTokens) {
    /** Nothing used. */
    public static final Usage NONE = new Usage(0, 0);

    /**
     * The sum.
     *
     * @param other of another call
     * @return both together
     */
    public Usage plus(Usage other) {
        return new Usage(inputTokens + other.inputTokens, outputTokens + other.outputTokens);
    }
}
