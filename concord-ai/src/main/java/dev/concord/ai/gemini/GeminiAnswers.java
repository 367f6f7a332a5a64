package dev.concord.ai.gemini;

import com.google.genai.types.Candidate;
import com.google.genai.types.Content;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.Part;
import dev.concord.ai.AiException;
import dev.concord.ai.Usage;
import java.util.List;
import java.util.Optional;

/** Reads answers. Every field may be missing. */
final class GeminiAnswers {
    private GeminiAnswers() {}

    static Optional<Content> content(GenerateContentResponse response) {
        return first(response).flatMap(Candidate::content);
    }

    static List<Part> parts(GenerateContentResponse response) {
        return content(response).flatMap(Content::parts).orElse(List.of());
    }

    /** The words of the answer, without the model's thoughts. */
    static String text(GenerateContentResponse response) {
        StringBuilder text = new StringBuilder();
        for (Part part : parts(response)) {
            if (!part.thought().orElse(false)) {
                part.text().ifPresent(text::append);
            }
        }
        return text.toString();
    }

    static Usage usage(GenerateContentResponse response) {
        return response.usageMetadata()
                .map(usage -> new Usage(
                        usage.promptTokenCount().orElse(0),
                        usage.candidatesTokenCount().orElse(0)
                                + usage.thoughtsTokenCount().orElse(0)))
                .orElse(Usage.NONE);
    }

    static AiException nothing(String wanted, GenerateContentResponse response) {
        String why = first(response)
                .flatMap(Candidate::finishReason)
                .map(Object::toString)
                .orElse("no candidate");
        return new AiException(AiException.Reason.NO_ANSWER, "Gemini gave no " + wanted + ": " + why, null);
    }

    private static Optional<Candidate> first(GenerateContentResponse response) {
        return response.candidates().flatMap(all -> all.stream().findFirst());
    }
}
