package dev.concord.server.search;

import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.server.ai.AiCalls;
import dev.concord.server.ai.VisibleText;
import dev.concord.server.auth.Caller;
import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.store.Embeddings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds rooms by meaning. Reads only; thread-safe. */
public final class Search {
    /** The most that may be asked for. */
    public static final int MAX_RESULTS = 50;

    /** How many are found when nobody says how many. */
    public static final int DEFAULT_RESULTS = 5;

    private static final Duration WITHIN = Duration.ofSeconds(20);

    /**
     * A room that was found.
     *
     * @param room its id
     * @param similarity 1 for the same meaning, about 0 for nothing in common
     */
    public record Hit(String room, double similarity) {}

    private final @Nullable TextEmbedder embedder;
    private final boolean charged;
    private final Embeddings embeddings;
    private final AiCalls calls;
    private final AiLimits limits;

    /**
     * A search.
     *
     * @param embedder embeds questions; null when there is none
     * @param charged whether a search counts against the quotas, as it should where it costs money
     * @param embeddings the rooms' vectors
     * @param calls runs and counts
     * @param limits lengths
     */
    public Search(
            @Nullable TextEmbedder embedder, boolean charged, Embeddings embeddings, AiCalls calls, AiLimits limits) {
        this.embedder = embedder;
        this.charged = charged;
        this.embeddings = embeddings;
        this.calls = calls;
        this.limits = limits;
    }

    /**
     * Rooms that are about something.
     *
     * @param caller who asks; rooms that this user may not read are not found
     * @param roomId where the question is asked, for the quotas
     * @param question what about
     * @param results 1 to {@link #MAX_RESULTS}
     * @param cancellation when nobody waits any more
     * @return completes with the rooms, nearest first, or with a {@link Refusal}
     */
    public CompletableFuture<List<Hit>> search(
            Caller caller, String roomId, @Nullable String question, int results, Cancellation cancellation) {
        try {
            if (question == null || !VisibleText.isIn(question)) {
                throw new Refusal(Kind.INVALID, "bad_query", "q must have a visible character");
            }
            if (question.length() > limits.instructionChars()) {
                throw new Refusal(
                        Kind.INVALID, "query_too_long", "q may have " + limits.instructionChars() + " characters");
            }
            TextEmbedder asked = configured(results);
            if (charged) {
                calls.charge(caller.key(), roomId);
            }
            return calls.run("search", WITHIN, cancellation, () -> {
                float[] vector = asked.embed(question, TextEmbedder.Purpose.QUERY, cancellation);
                return nearest(vector, asked.model(), results, caller::mayRead);
            });
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    /**
     * Rooms that are about the same as a room.
     *
     * @param caller who asks; rooms that this user may not read are not found
     * @param roomId the room, which is not among the answers
     * @param results 1 to {@link #MAX_RESULTS}
     * @return completes with the rooms, nearest first, none while the room has no vector; or with a {@link Refusal}
     */
    public CompletableFuture<List<Hit>> backlinks(Caller caller, String roomId, int results) {
        try {
            TextEmbedder asked = configured(results);
            return calls.decide("backlinks", () -> {
                if (!caller.mayRead(roomId)) {
                    return List.<Hit>of();
                }
                return embeddings
                        .find(roomId, asked.model())
                        .map(vector -> nearest(
                                vector, asked.model(), results, room -> !room.equals(roomId) && caller.mayRead(room)))
                        .orElse(List.of());
            });
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private TextEmbedder configured(int results) {
        if (results < 1 || results > MAX_RESULTS) {
            throw new Refusal(Kind.INVALID, "bad_k", "k must be 1 to " + MAX_RESULTS);
        }
        TextEmbedder asked = embedder;
        if (asked == null) {
            throw new Refusal(
                    Kind.UNAVAILABLE,
                    "search_not_configured",
                    "this server has no embedding model: put concord-ai-minilm on its class path or set GEMINI_API_KEY");
        }
        return asked;
    }

    /** Asks for more than is wanted until enough of it may be shown. */
    private List<Hit> nearest(float[] vector, String model, int results, Predicate<String> shown) {
        for (int asked = results + 1; ; asked *= 4) {
            List<Embeddings.Neighbour> found = embeddings.nearest(vector, model, asked);
            List<Hit> hits = found.stream()
                    .filter(neighbour -> shown.test(neighbour.roomId()))
                    .limit(results)
                    .map(neighbour -> new Hit(neighbour.roomId(), neighbour.similarity()))
                    .toList();
            if (hits.size() == results || found.size() < asked) {
                return hits;
            }
        }
    }
}
