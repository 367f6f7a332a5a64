package dev.concord.server.ai;

/** What an operator wants to count. Must be quick and thread-safe. */
public interface AiEvents {
    /**
     * A call has ended.
     *
     * @param route copilot, ai, apply, decline or search
     * @param outcome ok, or the code of the problem
     * @param nanos it took
     */
    void aiCalled(String route, String outcome, long nanos);

    /**
     * Tokens were used.
     *
     * @param input of prompts
     * @param output of answers
     */
    void aiTokens(long input, long output);

    /**
     * A room's vector was brought up to date, or could not be.
     *
     * @param ok whether it was
     */
    void embedded(boolean ok);
}
