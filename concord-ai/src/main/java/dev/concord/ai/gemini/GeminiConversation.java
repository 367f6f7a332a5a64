package dev.concord.ai.gemini;

import com.google.genai.types.Content;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.Part;
import dev.concord.ai.Cancellation;
import dev.concord.ai.ToolModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An exchange. The model's turns are sent back exactly as they came: they carry signatures of its thoughts, without which newer models refuse
 * to go on.
 */
final class GeminiConversation implements ToolModel.Conversation {
    /** Sends the contents so far. */
    interface Send {
        GenerateContentResponse send(List<Content> contents, Cancellation cancellation);
    }

    private final List<Content> contents;
    private final Send send;

    GeminiConversation(List<Content> first, Send send) {
        this.contents = new ArrayList<>(first);
        this.send = send;
    }

    @Override
    public ToolModel.Turn next(List<ToolModel.Result> results, Cancellation cancellation) {
        if (!results.isEmpty()) {
            contents.add(Content.builder()
                    .role("user")
                    .parts(results.stream().map(GeminiConversation::part).toList())
                    .build());
        }
        GenerateContentResponse response = send.send(List.copyOf(contents), cancellation);
        GeminiAnswers.content(response).ifPresent(contents::add);
        List<ToolModel.Call> calls = new ArrayList<>();
        for (Part part : GeminiAnswers.parts(response)) {
            part.functionCall()
                    .ifPresent(call -> calls.add(new ToolModel.Call(
                            call.id().orElse(null),
                            call.name().orElse(""),
                            call.args().orElse(Map.of()))));
        }
        String text = GeminiAnswers.text(response);
        if (calls.isEmpty() && text.isBlank()) {
            throw GeminiAnswers.nothing("plan", response);
        }
        return new ToolModel.Turn(text, calls, GeminiAnswers.usage(response));
    }

    private static Part part(ToolModel.Result result) {
        FunctionResponse.Builder response =
                FunctionResponse.builder().name(result.call().name()).response(result.response());
        if (result.call().id() != null) {
            response.id(result.call().id());
        }
        return Part.builder().functionResponse(response.build()).build();
    }
}
