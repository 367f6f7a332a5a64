package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.testing.Await;
import dev.concord.testing.ai.FakeGemini;
import dev.concord.testing.ai.FakeGemini.Reply;
import dev.concord.testing.postgres.PgVectorForTests;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plan that one instance made and another carries out, on one database. */
@Timeout(900)
class AiRunTest {
    private static final String TEXT = "alpha beta gamma\n";

    @TempDir
    Path directory;

    private static ServerProcess server(Path home, String database, FakeGemini gemini) {
        return new ServerProcess(home)
                .with("DATABASE_URL", database)
                .with("GEMINI_API_KEY", FakeGemini.KEY)
                .with("CONCORD_GEMINI_BASE_URL", gemini.url().toString());
    }

    private static JsonNode ok(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response::body);
        return ServerProcess.json(response.body());
    }

    @Test
    void aRunIsAppliedByAnotherInstanceThanTheOnePlanningItAndSurvivesKill9() throws Exception {
        String database = PgVectorForTests.freshDatabase();
        try (FakeGemini gemini = FakeGemini.start();
                ServerProcess planner = server(directory.resolve("a"), database, gemini);
                ServerProcess other = server(directory.resolve("b"), database, gemini);
                TestClient ann = new TestClient("ann");
                TestClient bob = new TestClient("bob")) {
            planner.start();
            other.start();
            planner.put("/rooms/r", TEXT);
            ann.connect(planner.socket("r"));
            bob.connect(other.socket("r"));
            gemini.script(
                    Reply.calls(
                            Map.entry("1", Map.entry("replace_range", Map.of("start", 6, "end", 10, "text", "BETA"))),
                            Map.entry("2", Map.entry("insert_at", Map.of("index", 0, "text", "Summary.\n")))),
                    Reply.text("Done."));
            JsonNode run = ok(planner.post("/rooms/r/ai", "{\"instruction\":\"shout beta\",\"author\":\"Ann\"}"));
            String id = run.get("run_id").textValue();
            assertEquals(TEXT, other.text("r"));
            // Typed while the plan waits, and by somebody while it is applied.
            ann.type(0, "> ");
            ann.awaitAcks();
            bob.awaitText("> " + TEXT);
            Thread typing = new Thread(() -> {
                for (char c : "0123456789".toCharArray()) {
                    bob.edit(document -> document.insert(document.length(), String.valueOf(c)));
                }
            });
            typing.start();
            JsonNode decision = ok(other.post("/rooms/r/ai/" + id + "/apply", ""));
            other.kill9();
            typing.join();

            // The version that was captured before.
            assertTrue(decision.hasNonNull("version_id"), decision::toString);
            JsonNode versions = ok(planner.get("/rooms/r/versions"));
            JsonNode version = versions.isArray() ? versions.get(0) : versions.at("/versions/0");
            assertEquals("/ai: shout beta", version.get("label").textValue());
            assertEquals("Ann", version.get("author").textValue());

            ann.awaitThat("the edits came", () -> ann.text().contains("BETA"));
            other.start();
            bob.connect(other.socket("r"));
            bob.awaitAcks();
            String expected = "Summary.\n> alpha BETA gamma\n0123456789";
            ann.awaitText(expected);
            bob.awaitText(expected);
            assertEquals(409, planner.post("/rooms/r/ai/" + id + "/apply", "").statusCode());
            Await.until("equal digests", () -> planner.digest("r").equals(other.digest("r")));
            assertEquals(planner.digest("r"), ann.digest());
            assertEquals(planner.digest("r"), bob.digest());
            assertFalse(planner.log().contains(FakeGemini.KEY));
            assertFalse(other.log().contains(FakeGemini.KEY));
        }
    }

    @Test
    void betweenInstancesBehindOneRedisARunIsAppliedByTheOtherAndMembersOfBothSeeIt() throws Exception {
        try (FakeGemini gemini = FakeGemini.start();
                Instances instances = new Instances(
                        directory,
                        2,
                        true,
                        1,
                        server -> server.with("GEMINI_API_KEY", FakeGemini.KEY)
                                .with("CONCORD_GEMINI_BASE_URL", gemini.url().toString()));
                TestClient ann = new TestClient("ann");
                TestClient bob = new TestClient("bob")) {
            ServerProcess planner = instances.server(0);
            ServerProcess other = instances.server(1);
            planner.put("/rooms/r", TEXT);
            ann.connect(planner.socket("r"));
            bob.connect(other.socket("r"));
            gemini.script(
                    Reply.calls(
                            Map.entry("1", Map.entry("replace_range", Map.of("start", 6, "end", 10, "text", "BETA"))),
                            Map.entry("2", Map.entry("insert_at", Map.of("index", 0, "text", "Summary.\n")))),
                    Reply.text("Done."));
            String id = ok(planner.post("/rooms/r/ai", "{\"instruction\":\"shout beta\",\"author\":\"Ann\"}"))
                    .get("run_id")
                    .textValue();
            // Bob's instance has the plan, and so has everybody who looks there.
            assertEquals(id, ok(other.get("/rooms/r/ai")).at("/0/run_id").textValue());
            ann.type(0, "> ");
            ann.awaitAcks();
            bob.awaitText("> " + TEXT);
            // The preview follows the text.
            assertEquals(
                    "> " + TEXT,
                    ok(other.get("/rooms/r/ai/" + id)).at("/preview/0/after").textValue());
            double came = planner.metric("concord_bus_received_total");
            ok(other.post("/rooms/r/ai/" + id + "/apply", ""));
            String expected = "Summary.\n> alpha BETA gamma\n";
            ann.awaitText(expected);
            bob.awaitText(expected);
            Await.until("they come through Redis", () -> planner.metric("concord_bus_received_total") > came);
            Await.until("equal digests", () -> planner.digest("r").equals(other.digest("r")));
            assertEquals(planner.digest("r"), ann.digest());
            assertEquals(planner.digest("r"), bob.digest());

            // Each sees the decision, and can't take another one.
            for (ServerProcess server : List.of(planner, other)) {
                assertEquals(
                        "applied",
                        ok(server.get("/rooms/r/ai/" + id)).get("state").textValue());
                assertEquals(
                        409, server.post("/rooms/r/ai/" + id + "/decline", "").statusCode());
            }
            // One step of a restore on the instance that planned takes all of it back for both.
            JsonNode version = ok(planner.get("/rooms/r/versions")).get(0);
            assertEquals("/ai: shout beta", version.get("label").textValue());
            new RoomHistory(planner, "r").restore(version.get("id").longValue());
            ann.awaitText("> " + TEXT);
            bob.awaitText("> " + TEXT);
            ann.assertUndisturbed();
            bob.assertUndisturbed();
        }
    }

    @Test
    void onTheEmbeddedStoreAnAppliedRunAndAPendingOneSurviveKill9() {
        try (FakeGemini gemini = FakeGemini.start();
                ServerProcess server = new ServerProcess(directory)
                        .with("GEMINI_API_KEY", FakeGemini.KEY)
                        .with("CONCORD_GEMINI_BASE_URL", gemini.url().toString())) {
            server.start();
            server.put("/rooms/r", TEXT);
            gemini.script(Reply.call("1", "insert_at", Map.of("index", 0, "text", "One.\n")), Reply.text("Done."));
            String first = ok(server.post("/rooms/r/ai", "{\"instruction\":\"one\"}"))
                    .get("run_id")
                    .textValue();
            gemini.script(Reply.call("1", "insert_at", Map.of("index", 0, "text", "Two.\n")), Reply.text("Done."));
            String second = ok(server.post("/rooms/r/ai", "{\"instruction\":\"two\"}"))
                    .get("run_id")
                    .textValue();
            ok(server.post("/rooms/r/ai/" + first + "/apply", ""));
            server.kill9();
            server.start();
            assertEquals("One.\n" + TEXT, server.text("r"));
            ok(server.post("/rooms/r/ai/" + second + "/apply", ""));
            assertTrue(server.text("r").contains("Two.\n"));
        }
    }
}
