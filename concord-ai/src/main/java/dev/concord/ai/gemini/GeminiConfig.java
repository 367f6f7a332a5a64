package dev.concord.ai.gemini;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How Gemini is reached.
 *
 * @param apiKey the secret; {@link #toString} leaves it out
 * @param baseUrl of the REST service, null for Google's own
 * @param textModel proposes text and calls tools
 * @param embeddingModel embeds
 * @param timeout for one call, everything included
 */
public record GeminiConfig(
        String apiKey, @Nullable URI baseUrl, String textModel, String embeddingModel, Duration timeout) {
    /** Google's name for its current fast model, so that it does not age with this code. */
    public static final String DEFAULT_TEXT_MODEL = "gemini-flash-latest";

    /** Takes 2,048 tokens and gives vectors of any length up to 3,072. */
    public static final String DEFAULT_EMBEDDING_MODEL = "gemini-embedding-001";

    @Override
    public String toString() {
        return "GeminiConfig[" + (baseUrl == null ? "default service" : baseUrl) + ", " + textModel + ", "
                + embeddingModel + ", " + timeout + "]";
    }
}
