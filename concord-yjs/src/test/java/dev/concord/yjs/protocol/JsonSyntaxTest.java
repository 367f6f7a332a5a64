package dev.concord.yjs.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.concord.yjs.Seeds;
import dev.concord.yjs.protocol.JsonSyntax.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is taken as JSON, compared with another parser. */
class JsonSyntaxTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"\\n\"",
        "\"\\u00e9\"",
        "\"\\uD83D\"",
        "\\",
        "\\u12",
        "null",
        "true",
        "false",
        "0",
        "-",
        "1",
        "12",
        ".",
        "5",
        "e",
        "E+",
        "-3",
        " ",
        "\n",
        "\t",
        "\"a\":",
        "nul",
        "\u0001",
        "é",
        "😀",
        "[]",
        "{}",
        "[1]",
        "{\"a\":1}"
    };

    @Test
    void textsOfPiecesAreTakenAsAnotherParserTakesThem() {
        int runs = Seeds.runs(20_000);
        int[] valid = new int[1];
        for (long seed = Seeds.first(); seed < Seeds.first() + runs; seed++) {
            Seeds.run("JsonSyntaxTest", seed, given -> {
                Random random = new Random(given);
                StringBuilder text = new StringBuilder(random.nextBoolean() ? "[" : "{\"k\":");
                String end = text.charAt(0) == '[' ? "]" : "}";
                for (int i = random.nextInt(6); i >= 0; i--) {
                    text.append(PIECES[random.nextInt(PIECES.length)]).append(random.nextInt(4) == 0 ? "," : "");
                }
                String json = random.nextInt(8) == 0 ? text.substring(1) : text + end;
                Kind expected = expected(json);
                valid[0] += expected == Kind.NONE ? 0 : 1;
                assertEquals(expected, JsonSyntax.of(json, 64), json);
            });
        }
        System.out.println("JSON: " + runs + " texts, " + valid[0] + " of them valid; no difference");
    }

    private static Kind expected(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node.isMissingNode()
                    ? Kind.NONE
                    : node.isContainerNode() ? Kind.CONTAINER : node.isNull() ? Kind.NULL : Kind.OTHER;
        } catch (JsonProcessingException e) {
            return Kind.NONE;
        }
    }

    @Test
    void depthIsBoundedAndCostsNoStack() {
        int depth = 1_000_000;
        assertEquals(Kind.CONTAINER, JsonSyntax.of("[".repeat(depth) + "]".repeat(depth), depth));
        assertThrows(LimitExceededException.class, () -> JsonSyntax.of("[[[]]]", 2));
        assertEquals(Kind.CONTAINER, JsonSyntax.of("[[],[],{\"a\":[]}]", 3));
    }
}
