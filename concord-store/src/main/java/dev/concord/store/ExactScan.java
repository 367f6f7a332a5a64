package dev.concord.store;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Ranks by looking at every vector: O(rooms), in memory of the answer's size. Not thread-safe. */
public final class ExactScan {
    private static final Comparator<Embeddings.Neighbour> NEAREST_FIRST = Comparator.comparingDouble(
                    Embeddings.Neighbour::similarity)
            .reversed()
            .thenComparing(Embeddings.Neighbour::roomId);

    private final float[] query;
    private final int limit;
    /** The farthest of the kept ones is on top. */
    private final PriorityQueue<Embeddings.Neighbour> kept = new PriorityQueue<>(NEAREST_FIRST.reversed());

    /**
     * An empty ranking.
     *
     * @param query of length 1
     * @param limit how many to keep
     */
    public ExactScan(float[] query, int limit) {
        this.query = query;
        this.limit = limit;
    }

    /** Looks at a room's vector, of length 1. */
    public void add(String roomId, float[] vector) {
        double dot = 0;
        for (int i = 0; i < query.length; i++) {
            dot += (double) query[i] * vector[i];
        }
        kept.add(new Embeddings.Neighbour(roomId, Math.max(-1, Math.min(1, dot))));
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
