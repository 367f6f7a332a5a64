package dev.concord.server.search;

import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.server.ai.AiCalls;
import dev.concord.server.ai.VisibleText;
import dev.concord.server.auth.Caller;
import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.store.Embeddings;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
     * @param title for people; empty for none
     * @param createdAt unix ms
     * @param changedAt unix ms
     * @param snippet the part of its text that fits best, in one line; empty when it cannot be had
     */
    public record Hit(String room, double similarity, String title, long createdAt, long changedAt, String snippet) {}

    /** A text with a larger state is not read for a few words of it; bytes. */
    private static final long MAX_READ = 2 << 20;

    private final @Nullable TextEmbedder embedder;
    private final boolean charged;
    private final boolean on;
    private final RoomStore store;
    private final Embeddings embeddings;
    private final AiCalls calls;
    private final AiLimits limits;

    /**
     * A search.
     *
     * @param embedder embeds questions; null when there is none
     * @param charged whether a search counts against the quotas, as it should where it costs money
     * @param on whether rooms can be searched here at all
     * @param store has the rooms and their vectors
     * @param calls runs and counts
     * @param limits lengths
     */
    public Search(
            @Nullable TextEmbedder embedder,
            boolean charged,
            boolean on,
            RoomStore store,
            AiCalls calls,
            AiLimits limits) {
        this.embedder = embedder;
        this.charged = charged;
        this.on = on;
        this.store = store;
        this.embeddings = store.embeddings();
        this.calls = calls;
        this.limits = limits;
    }

    /**
     * Rooms that are about something.
     *
     * @param caller who asks; rooms that this user may not read are not found
     * @param roomId where the question is asked, which is not among the answers
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
                return described(nearest(asked, vector, roomId, results, caller), question);
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
                        .map(vector -> described(nearest(asked, vector, roomId, results, caller), ""))
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
        if (!on) {
            throw new Refusal(Kind.UNAVAILABLE, "search_off", "this server does not search");
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

    private List<Embeddings.Neighbour> nearest(
            TextEmbedder asked, float[] vector, String from, int results, Caller caller) {
        return embeddings.nearest(
                vector,
                asked.model(),
                asked.relatedFrom(),
                results,
                room -> !room.equals(from) && caller.mayRead(room));
    }

    private List<Hit> described(List<Embeddings.Neighbour> found, String question) {
        List<Hit> hits = new ArrayList<>();
        for (Embeddings.Neighbour neighbour : found) {
            // One that was deleted meanwhile is not found.
            store.catalogue()
                    .find(neighbour.roomId())
                    .ifPresent(room -> hits.add(new Hit(
                            room.roomId(),
                            neighbour.similarity(),
                            room.title(),
                            room.createdAt(),
                            room.changedAt(),
                            snippet(room.roomId(), question))));
        }
        return hits;
    }

    /** Of the text that was embedded. */
    private String snippet(String roomId, String question) {
        try {
            byte[] state = store.load(roomId).map(StoredRoom::state).orElse(null);
            return state == null || state.length > MAX_READ
                    ? ""
                    : Snippet.of(Document.load("search", state).text(), question);
        } catch (StoreException | MalformedStateException unreadable) {
            return "";
        }
    }
}
