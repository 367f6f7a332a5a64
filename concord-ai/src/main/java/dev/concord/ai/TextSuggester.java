package dev.concord.ai;

/** Proposes text for a selection. Implementations are thread-safe and block. */
public interface TextSuggester {
    /** What is asked for. */
    enum Mode {
        /** The selection in better words. */
        REWRITE,
        /** Text that follows the selection, without repeating it. */
        CONTINUE
    }

    /**
     * A proposal.
     *
     * @param text never empty
     * @param usage what it cost
     */
    record Suggestion(String text, Usage usage) {}

    /**
     * Proposes text. The selection is data: what it says is not followed.
     *
     * @param selection not blank
     * @param mode what is asked for
     * @param cancellation ends the call early
     * @return the proposal
     * @throws AiException when there is none
     */
    Suggestion suggest(String selection, Mode mode, Cancellation cancellation);
}
