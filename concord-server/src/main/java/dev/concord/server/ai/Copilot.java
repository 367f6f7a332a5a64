package dev.concord.server.ai;

import dev.concord.ai.Cancellation;
import dev.concord.ai.TextSuggester;
import dev.concord.server.auth.Caller;
import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Proposes text for a selection. Thread-safe. */
public final class Copilot {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.concord.audit");
    /** From the request to the proposal. */
    static final Duration WITHIN = Duration.ofSeconds(20);

    private static final Map<String, TextSuggester.Mode> MODES =
            Map.of("rewrite", TextSuggester.Mode.REWRITE, "continue", TextSuggester.Mode.CONTINUE);

    private final @Nullable TextSuggester suggester;
    private final AiCalls calls;
    private final AiEvents events;
    private final AiLimits limits;

    /**
     * A copilot.
     *
     * @param suggester proposes; null when none is configured
     * @param calls runs and counts
     * @param events is notified of tokens
     * @param limits lengths
     */
    public Copilot(@Nullable TextSuggester suggester, AiCalls calls, AiEvents events, AiLimits limits) {
        this.suggester = suggester;
        this.calls = calls;
        this.events = events;
        this.limits = limits;
    }

    /**
     * Proposes text. Nothing is changed.
     *
     * @param caller who asks
     * @param roomId what for
     * @param selection the text
     * @param mode rewrite or continue
     * @param cancellation when nobody waits any more
     * @return completes with the proposal, or with a {@link Refusal}
     */
    public CompletableFuture<String> suggest(
            Caller caller,
            String roomId,
            @Nullable String selection,
            @Nullable String mode,
            Cancellation cancellation) {
        try {
            TextSuggester.Mode known = mode == null ? null : MODES.get(mode);
            if (known == null) {
                throw new Refusal(Kind.INVALID, "bad_mode", "mode must be rewrite or continue");
            }
            if (selection == null || !VisibleText.isIn(selection)) {
                throw new Refusal(Kind.INVALID, "bad_selection", "selection must have a visible character");
            }
            if (selection.length() > limits.selectionChars()) {
                throw new Refusal(
                        Kind.INVALID,
                        "selection_too_long",
                        "selection may have " + limits.selectionChars() + " characters; select less");
            }
            TextSuggester asked = suggester;
            if (asked == null) {
                throw Refusals.notConfigured();
            }
            Refusals.requireWrite(caller, roomId);
            calls.charge(caller.key(), roomId);
            return calls.run("copilot", WITHIN, cancellation, () -> {
                TextSuggester.Suggestion suggestion = asked.suggest(selection, known, cancellation);
                events.aiTokens(
                        suggestion.usage().inputTokens(), suggestion.usage().outputTokens());
                AUDIT.atInfo()
                        .addKeyValue("room", roomId)
                        .addKeyValue("user", caller.key())
                        .addKeyValue("mode", mode)
                        .addKeyValue("tokens_in", suggestion.usage().inputTokens())
                        .addKeyValue("tokens_out", suggestion.usage().outputTokens())
                        .log("copilot proposed text");
                return suggestion.text();
            });
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }
}
