package dev.concord.ai.gemini;

import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import com.google.genai.types.Type;
import dev.concord.ai.ToolModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tools as Gemini's function declarations. */
final class GeminiTools {
    private GeminiTools() {}

    static List<Tool> declare(List<ToolModel.Tool> tools) {
        List<FunctionDeclaration> declarations = new ArrayList<>();
        for (ToolModel.Tool tool : tools) {
            Map<String, Schema> properties = new LinkedHashMap<>();
            List<String> names = new ArrayList<>();
            for (ToolModel.Parameter parameter : tool.parameters()) {
                properties.put(
                        parameter.name(),
                        Schema.builder()
                                .type(
                                        parameter.type() == ToolModel.Type.INTEGER
                                                ? Type.Known.INTEGER
                                                : Type.Known.STRING)
                                .description(parameter.description())
                                .build());
                names.add(parameter.name());
            }
            declarations.add(FunctionDeclaration.builder()
                    .name(tool.name())
                    .description(tool.description())
                    .parameters(Schema.builder()
                            .type(Type.Known.OBJECT)
                            .properties(properties)
                            .required(names)
                            .build())
                    .build());
        }
        return List.of(Tool.builder().functionDeclarations(declarations).build());
    }
}
