package dev.concord.store;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Ranks by looking at every vector: O(rooms), in memory of the answer's size. Not thread-safe. */
public final class ExactScan {
    private static final Comparator<Embeddings.Neighbour> NEAREST_FIRST = Comparator.comparingDouble(
                    Embeddings.Neighbour::similarity)
            .reversed()
            .thenComparing(Embeddings.Neighbour::roomId);

    private final float[] query;
    private final double atLeast;
    private final int limit;
    private final Predicate<String> shown;
    /** The farthest of the kept ones is on top. */
    private final PriorityQueue<Embeddings.Neighbour> kept = new PriorityQueue<>(NEAREST_FIRST.reversed());

    /**
     * An empty ranking.
     *
     * @param query of length 1
     * @param atLeast the least similarity
     * @param limit how many to keep
     * @param shown whether a room may be kept; asked only for those that would be
     */
    public ExactScan(float[] query, double atLeast, int limit, Predicate<String> shown) {
        this.query = query;
        this.atLeast = atLeast;
        this.limit = limit;
        this.shown = shown;
    }

    /** Looks at a room's vector, of length 1. */
    public void add(String roomId, float[] vector) {
        double dot = 0;
        for (int i = 0; i < query.length; i++) {
            dot += (double) query[i] * vector[i];
        }
        Embeddings.Neighbour neighbour = new Embeddings.Neighbour(roomId, Math.max(-1, Math.min(1, dot)));
        Embeddings.Neighbour farthest = kept.size() < limit ? null : kept.peek();
        if (neighbour.similarity() < atLeast
                || (farthest != null && NEAREST_FIRST.compare(neighbour, farthest) > 0)
                || !shown.test(roomId)) {
            return;
        }
        kept.add(neighbour);
        if (kept.size() > limit) {
            kept.poll();
        }
    }

    /** The nearest that were added, nearest first. */
    public List<Embeddings.Neighbour> nearest() {
        return sorted(List.copyOf(kept));
    }

    /** Puts neighbours into the order that {@link Embeddings#nearest} promises. */
    public static List<Embeddings.Neighbour> sorted(List<Embeddings.Neighbour> neighbours) {
        return neighbours.stream().sorted(NEAREST_FIRST).toList();
    }
}
