package dev.concord.server.config;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which models are asked, and how much of them anybody gets.
 *
 * @param key for Gemini; not set for a server that asks nobody outside
 * @param baseUrl of the service, null for Google's own
 * @param textModel proposes text and plans edits
 * @param embeddingModel embeds when there is a key
 * @param timeout for one call of the service: 20 s
 * @param limits the rest
 * @param search whether rooms can be searched
 */
public record AiConfig(
        Secret key,
        @Nullable URI baseUrl,
        String textModel,
        String embeddingModel,
        Duration timeout,
        AiLimits limits,
        boolean search) {
    /** Without a key. */
    public static final AiConfig NONE =
            new AiConfig(Secret.NONE, null, "", "", Duration.ofSeconds(20), AiLimits.DEFAULT);

    /** With search. */
    public AiConfig(
            Secret key,
            @Nullable URI baseUrl,
            String textModel,
            String embeddingModel,
            Duration timeout,
            AiLimits limits) {
        this(key, baseUrl, textModel, embeddingModel, timeout, limits, true);
    }
}
