package dev.concord.ai;

/** Arithmetic on embeddings, for implementations of {@link TextEmbedder}. */
public final class Vectors {
    private Vectors() {}

    /**
     * The same direction with length 1, filled up with zeros.
     *
     * @param values at most {@link TextEmbedder#DIMENSIONS} finite numbers, not all zero
     * @return a new array of {@link TextEmbedder#DIMENSIONS} numbers
     * @throws AiException when there are too many, or they have no direction
     */
    public static float[] unit(float[] values) {
        if (values.length > TextEmbedder.DIMENSIONS) {
            throw unusable(values.length + " numbers, at most " + TextEmbedder.DIMENSIONS + " were wanted");
        }
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw unusable("a vector without a direction");
        }
        float[] unit = new float[TextEmbedder.DIMENSIONS];
        for (int i = 0; i < values.length; i++) {
            unit[i] = (float) (values[i] / length);
        }
        return unit;
    }

    private static AiException unusable(String what) {
        return new AiException(AiException.Reason.NO_ANSWER, "the embedding is unusable: " + what, null);
    }
}
