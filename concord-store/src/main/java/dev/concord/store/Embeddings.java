package dev.concord.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one vector for each room, and finds the nearest. Methods block, are thread-safe, and throw what those of {@link RoomStore} throw. A room
 * that is deleted takes its vector along.
 *
 * <p>Vectors have {@link #DIMENSIONS} numbers and length 1; only those of one model are compared.
 */
public interface Embeddings {
    /** The length of every vector. */
    int DIMENSIONS = 768;

    /**
     * A room and how near it is.
     *
     * @param roomId the room
     * @param similarity the cosine, 1 for the same direction
     */
    record Neighbour(String roomId, double similarity) {}

    /**
     * Keeps a room's vector, unless there is one of this model from a later place in the log. Does nothing when the room is gone or has another
     * epoch.
     *
     * @param epoch the history that the embedded text is of
     * @param vector null when the text has nothing to be embedded: the room is then found by no search
     * @param model made the vector
     * @param opSeq the last op that the embedded text covers
     */
    void save(String roomId, String epoch, float @Nullable [] vector, String model, long opSeq);

    /** The room's vector, when there is one of this model. */
    Optional<float[]> find(String roomId, String model);

    /**
     * The rooms nearest to a vector among those that may be shown, nearest first; equally near ones by id.
     *
     * @param atLeast rooms of a lower similarity are not found
     * @param limit at most this many
     * @param shown whether a room may be among them; one that may not takes no place of another
     */
    List<Neighbour> nearest(float[] vector, String model, double atLeast, int limit, Predicate<String> shown);

    /** As {@link #nearest(float[], String, double, int, Predicate)} among all rooms, however little they have in common. */
    default List<Neighbour> nearest(float[] vector, String model, int limit) {
        return nearest(vector, model, -1, limit, room -> true);
    }

    /**
     * Rooms whose snapshot is newer than their vector, or that have none of this model, in the order of their ids.
     *
     * @param after the last id of the page before; empty for the first page
     * @param limit at most this many
     */
    List<String> outdated(String model, String after, int limit);

    /**
     * How {@link #nearest} ranks, for an operator.
     *
     * @return a few words
     */
    String ranking();
}
