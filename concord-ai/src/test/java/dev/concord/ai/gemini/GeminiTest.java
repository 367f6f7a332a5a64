package dev.concord.ai.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.ai.EditPlan;
import dev.concord.ai.EditPlanner;
import dev.concord.ai.PlannedEdit;
import dev.concord.ai.TextEmbedder.Purpose;
import dev.concord.ai.TextSuggester.Mode;
import dev.concord.ai.Usage;
import dev.concord.testing.ai.FakeGemini;
import dev.concord.testing.ai.FakeGemini.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GeminiTest {
    private static final Cancellation NEVER = new Cancellation();

    private final FakeGemini service = FakeGemini.start();
    private final Gemini gemini = new Gemini(config(service.url(), Duration.ofSeconds(20)));

    private static GeminiConfig config(URI url, Duration timeout) {
        return new GeminiConfig(FakeGemini.KEY, url, "a-text-model", "an-embedding-model", timeout);
    }

    @AfterEach
    void stop() {
        gemini.close();
        service.close();
    }

    private static JsonNode json(String text) throws Exception {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void aSuggestionIsAskedForWithTheSelectionAsDataAndTheInstructionApart() throws Exception {
        service.script(Reply.text("The meeting is at noon."));

        var suggestion = gemini.suggest("meeting noon", Mode.REWRITE, NEVER);

        assertEquals("The meeting is at noon.", suggestion.text());
        assertEquals(new Usage(11, 7), suggestion.usage());
        FakeGemini.Request request = service.requests().get(0);
        assertEquals("a-text-model", request.model());
        assertEquals("generateContent", request.method());
        assertEquals(
                json("[{'role':'user','parts':[{'text':'meeting noon'}]}]"),
                request.body().get("contents"));
        String instruction = request.body()
                .path("systemInstruction")
                .path("parts")
                .path(0)
                .path("text")
                .asText();
        assertTrue(instruction.contains("Rewrite"), instruction);
        assertFalse(request.body().has("tools"));
        assertFalse(request.body().toString().contains(FakeGemini.KEY));
    }

    @Test
    void toolsAreDeclaredAndAnswersCarryTheIdOfTheirCall() throws Exception {
        service.script(
                Reply.call("call-1", "find_all", Map.of("pattern", "beta")),
                Reply.calls(
                        Map.entry("call-2", Map.entry("replace_range", Map.of("start", 6, "end", 10, "text", "gamma"))),
                        Map.entry("call-3", Map.entry("insert_at", Map.of("index", 0, "text", "Greek\n")))),
                Reply.text("Swapped a letter."));

        EditPlan plan = new EditPlanner(gemini, 1000).plan("alpha beta", "use gamma", NEVER);

        assertEquals(List.of(new PlannedEdit(0, 0, "Greek\n"), new PlannedEdit(6, 10, "gamma")), plan.edits());
        assertEquals("Swapped a letter.", plan.summary());
        assertEquals(3, plan.rounds());
        assertTrue(plan.finished());
        assertEquals(new Usage(33, 21), plan.usage());
        JsonNode first = service.requests().get(0).body();
        JsonNode declarations = first.path("tools").path(0).path("functionDeclarations");
        assertEquals(3, declarations.size());
        assertEquals(
                json(
                        "{'type':'OBJECT','properties':{'pattern':{'type':'STRING','description':'the text to look for, not empty'}},"
                                + "'required':['pattern']}"),
                declarations.get(0).get("parameters"));
        assertEquals("find_all", declarations.get(0).get("name").asText());
        assertEquals("insert_at", declarations.get(1).get("name").asText());
        assertEquals("replace_range", declarations.get(2).get("name").asText());
        assertEquals(
                "INTEGER",
                declarations.get(1).at("/parameters/properties/index/type").asText());
        assertEquals(json("['start','end','text']"), declarations.get(2).at("/parameters/required"));
        assertEquals("user", first.at("/contents/0/role").asText());
        assertEquals(
                "Instruction:\nuse gamma", first.at("/contents/0/parts/0/text").asText());
        assertEquals(
                "Document, 10 UTF-16 units:\nalpha beta",
                first.at("/contents/0/parts/1/text").asText());

        JsonNode second = service.requests().get(1).body().get("contents");
        assertEquals(3, second.size());
        // The model's turn goes back as it came, its signature included.
        assertEquals(
                json(
                        "{'role':'model','parts':[{'functionCall':{'id':'call-1','name':'find_all','args':{'pattern':'beta'}},"
                                + "'thoughtSignature':'c2lnbmF0dXJl'}]}"),
                second.get(1));
        assertEquals(
                json("{'role':'user','parts':[{'functionResponse':{'id':'call-1','name':'find_all','response':"
                        + "{'matches':[{'start':6,'end':10,'before':'alpha ','after':''}],'more':false}}}]}"),
                second.get(2));
        JsonNode third = service.requests().get(2).body().get("contents");
        assertEquals(
                json("{'role':'user','parts':["
                        + "{'functionResponse':{'id':'call-2','name':'replace_range','response':{'noted':true}}},"
                        + "{'functionResponse':{'id':'call-3','name':'insert_at','response':{'noted':true}}}]}"),
                third.get(4));
    }

    @Test
    void anEmbeddingIsAskedForWithItsPurposeAndLengthAndIsNormalised() throws Exception {
        float[] vector = gemini.embed("apples and pears", Purpose.DOCUMENT, NEVER);
        gemini.embed("fruit", Purpose.QUERY, NEVER);

        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        assertEquals(1, squares, 1e-6);
        FakeGemini.Request request = service.requests().get(0);
        assertEquals("an-embedding-model", request.model());
        assertEquals("batchEmbedContents", request.method());
        assertEquals(
                json(
                        "{'requests':[{'model':'models/an-embedding-model','content':{'role':'user','parts':[{'text':'apples and pears'}]},"
                                + "'taskType':'RETRIEVAL_DOCUMENT','outputDimensionality':768}]}"),
                request.body());
        assertEquals(
                "RETRIEVAL_QUERY",
                service.requests().get(1).body().at("/requests/0/taskType").asText());
        assertEquals("gemini/an-embedding-model/768", gemini.model());
    }

    @Test
    void aLongTextIsCutToWhatTheModelTakesAndNoCharacterIsCut() {
        gemini.embed("a".repeat(9_000), Purpose.DOCUMENT, NEVER);
        gemini.embed("a" + "\uD83D\uDE00".repeat(3_000), Purpose.DOCUMENT, NEVER);

        assertEquals("a".repeat(6_000), text(0));
        assertEquals("a" + "\uD83D\uDE00".repeat(1_499), text(1));
    }

    private String text(int request) {
        return service.requests()
                .get(request)
                .body()
                .at("/requests/0/content/parts/0/text")
                .asText();
    }

    @Test
    void anEmbeddingOfAnotherLengthIsRefused() {
        service.embedding(text -> new float[] {1, 2, 3});
        AiException e = assertThrows(AiException.class, () -> gemini.embed("x", Purpose.QUERY, NEVER));
        assertEquals(AiException.Reason.NO_ANSWER, e.reason());
    }

    @Test
    void aFailureIsReportedAtOnceWithoutRetryAndWithoutTheKey() {
        service.script(Reply.error(503, "UNAVAILABLE"));
        AiException e = assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, NEVER));
        assertEquals(AiException.Reason.UPSTREAM, e.reason());
        assertEquals("Gemini refused to suggest: HTTP 503 UNAVAILABLE", e.getMessage());
        assertEquals(1, service.requests().size());
    }

    @Test
    void anAnswerWithoutWordsIsNoAnswer() {
        service.script(new Reply(200, "{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}"));
        AiException e = assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, NEVER));
        assertEquals(AiException.Reason.NO_ANSWER, e.reason());
        assertTrue(e.getMessage().contains("SAFETY"), e.getMessage());
        service.script(new Reply(200, "{\"promptFeedback\":{\"blockReason\":\"OTHER\"}}"));
        assertThrows(AiException.class, () -> new EditPlanner(gemini, 10).plan("x", "y", NEVER));
    }

    @Test
    void anAnswerThatIsNoJsonIsAFailure() {
        service.script(new Reply(200, "<html>"));
        AiException e = assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, NEVER));
        assertEquals(AiException.Reason.UPSTREAM, e.reason());
    }

    @Test
    void nobodyThereIsAFailure() {
        service.close();
        AiException e = assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, NEVER));
        assertEquals(AiException.Reason.UPSTREAM, e.reason());
    }

    @Test
    void aServiceThatDoesNotFinishIsTimedOut() {
        service.hold(true);
        try (Gemini hasty = new Gemini(config(service.url(), Duration.ofMillis(300)))) {
            AiException e = assertThrows(AiException.class, () -> hasty.suggest("x", Mode.CONTINUE, NEVER));
            assertEquals(AiException.Reason.TIMEOUT, e.reason());
        }
    }

    @Test
    void aCancelledCallEndsAndItsConnectionIsClosed() throws Exception {
        service.hold(true);
        Cancellation cancellation = new Cancellation();
        CompletableFuture<AiException> outcome = new CompletableFuture<>();
        Thread caller = new Thread(() -> outcome.complete(
                assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, cancellation))));
        caller.start();
        while (service.requests().isEmpty()) {
            Thread.onSpinWait();
        }

        cancellation.cancel();

        assertEquals(
                AiException.Reason.CANCELLED, outcome.get(60, TimeUnit.SECONDS).reason());
        service.abandoned().get(60, TimeUnit.SECONDS);
        assertEquals(
                AiException.Reason.CANCELLED,
                assertThrows(AiException.class, () -> gemini.suggest("x", Mode.CONTINUE, cancellation))
                        .reason());
    }

    @Test
    void theConfigurationShowsNoKey() {
        assertFalse(config(service.url(), Duration.ofSeconds(1)).toString().contains(FakeGemini.KEY));
    }
}
