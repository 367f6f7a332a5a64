package dev.concord.ai.minilm;

import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.ai.Vectors;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import org.jspecify.annotations.Nullable;

/**
 * The model all-MiniLM-L6-v2, quantised, from the class path: best at English, 384 dimensions padded with zeros. It is loaded with the
 * first text, which takes about a second and some 100 MB; making an instance costs nothing.
 *
 * <p>It reads pieces of up to 510 tokens and averages them, so that the cost of a text grows with its length; texts are cut at {@link #MAX_UNITS}.
 */
public final class MiniLm implements TextEmbedder {
    /** UTF-16 units of a text that are read: about eight pieces, some half a second. */
    static final int MAX_UNITS = 16_000;

    private @Nullable EmbeddingModel loaded;

    /** A model that is not loaded yet. */
    public MiniLm() {}

    /** Between unrelated texts and related ones as {@code MiniLmTest} has them. */
    @Override
    public double relatedFrom() {
        return 0.27;
    }

    @Override
    public String model() {
        return "all-MiniLM-L6-v2-q";
    }

    @Override
    public float[] embed(String text, Purpose purpose, Cancellation cancellation) {
        cancellation.check();
        try {
            return Vectors.unit(model384().embed(cut(text)).content().vector());
        } catch (AiException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            // A platform without the native runtime, among others.
            throw new AiException(AiException.Reason.UPSTREAM, "the embedding model in this process failed: " + e, e);
        }
    }

    private static String cut(String text) {
        if (text.length() <= MAX_UNITS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_UNITS - 1)) ? MAX_UNITS - 1 : MAX_UNITS;
        return text.substring(0, end);
    }

    private synchronized EmbeddingModel model384() {
        EmbeddingModel model = loaded;
        if (model == null) {
            // The tokenizer's library would otherwise look for updates of its parts, and report home from some clouds.
            if (System.getProperty("ai.djl.offline") == null) {
                System.setProperty("ai.djl.offline", "true");
            }
            // On the caller's thread: a pool of its own would compete with the edits for the processors.
            model = new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run);
            loaded = model;
        }
        return model;
    }
}
