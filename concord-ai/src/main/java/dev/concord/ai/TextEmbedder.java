package dev.concord.ai;

/**
 * Turns a text into a vector whose direction is its meaning: the cosine between two of them says how near two texts are. Vectors of
 * different {@link #model}s cannot be compared. Implementations are thread-safe and block; {@code java.util.ServiceLoader} finds those that
 * need no configuration.
 */
public interface TextEmbedder {
    /** The length of every vector; shorter ones are filled up with zeros, which changes no cosine. */
    int DIMENSIONS = 768;

    /** What the text is. */
    enum Purpose {
        /** A text to be found. */
        DOCUMENT,
        /** A question to find texts by. */
        QUERY
    }

    /**
     * Names the model and whatever else changes its vectors.
     *
     * @return a stable name
     */
    String model();

    /**
     * The least cosine of two texts that have something to do with each other: below it, a model says of any two texts that they are as near.
     *
     * @return 0 to 1
     */
    default double relatedFrom() {
        return 0.5;
    }

    /**
     * Embeds a text. One longer than the model takes is cut at its end.
     *
     * @param text not blank
     * @param purpose what the text is
     * @param cancellation ends the call early, where the model can be interrupted
     * @return {@link #DIMENSIONS} numbers of Euclidean length 1
     * @throws AiException when there is no vector
     */
    float[] embed(String text, Purpose purpose, Cancellation cancellation);
}
