package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.e2e.ServerProcess.Outcome;
import dev.concord.testing.Await;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the command line to the end of the process. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class LifecycleTest {
    private static final List<String> VARIABLES = List.of(
            "PORT",
            "CONCORD_HOST",
            "DATABASE_URL",
            "CONCORD_DATA_DIR",
            "CONCORD_ALLOWED_ORIGINS",
            "CONCORD_ALLOWED_HOSTS",
            "CONCORD_AUTH",
            "CONCORD_OPEN",
            "CONCORD_AUTH_GRANTS",
            "CONCORD_AUTH_SECRET",
            "CONCORD_AUTH_JWKS",
            "CONCORD_AUTH_ISSUER",
            "CONCORD_AUTH_AUDIENCE",
            "CONCORD_METRICS_TOKEN",
            "CONCORD_MAX_FRAME_BYTES",
            "CONCORD_MAX_OPS_PER_SECOND",
            "CONCORD_MAX_OP_BYTES_PER_SECOND",
            "CONCORD_MAX_CONNECTIONS_PER_ADDRESS",
            "CONCORD_NEW_ROOMS_PER_HOUR_PER_ADDRESS",
            "CONCORD_NEW_ROOMS_PER_HOUR",
            "CONCORD_MAX_ROOM_CHARS",
            "CONCORD_MAX_PENDING",
            "CONCORD_MAX_BODY_BYTES",
            "CONCORD_MEMBER_QUEUE_BYTES",
            "CONCORD_MAX_INPUT_BYTES",
            "CONCORD_UNLOAD_SECONDS",
            "REDIS_URL",
            "CONCORD_REDIS_CLUSTER",
            "CONCORD_PRESENCE_SECONDS",
            "CONCORD_VERSION_SECONDS",
            "CONCORD_MAX_VERSIONS",
            "CONCORD_AUTOMATIC_VERSIONS",
            "CONCORD_AUTOMATIC_VERSION_DAYS",
            "CONCORD_NAMED_VERSION_DAYS",
            "CONCORD_KEEP_VERSIONS",
            "CONCORD_IDLE_ROOM_DAYS",
            "CONCORD_SEARCH",
            "GEMINI_API_KEY",
            "CONCORD_GEMINI_BASE_URL",
            "CONCORD_GEMINI_MODEL",
            "CONCORD_GEMINI_EMBEDDING_MODEL",
            "CONCORD_GEMINI_TIMEOUT_SECONDS",
            "CONCORD_AI_CALLS_PER_MINUTE",
            "CONCORD_AI_ROOM_CALLS_PER_MINUTE",
            "CONCORD_LOG_LEVEL");

    @TempDir
    Path home;

    @TempDir
    Path otherHome;

    @Test
    void help_lists_every_variable_with_its_default() throws Exception {
        Outcome help = new ServerProcess(home).run("--help");
        assertEquals(0, help.status());
        assertEquals("", help.err());
        List<String> listed = help.out()
                .lines()
                .map(String::strip)
                .filter(VARIABLES::contains)
                .toList();
        assertEquals(VARIABLES, listed);
        assertEquals(
                VARIABLES.size(),
                help.out().lines().filter(line -> line.contains("; default: ")).count());
        assertTrue(help.out().contains("8080"), help.out());
    }

    @Test
    void an_unknown_argument_is_refused_in_one_line() throws Exception {
        Outcome outcome = new ServerProcess(home).run("--prot=1");
        assertEquals(2, outcome.status());
        assertOneLine(outcome.err(), "--prot=1");
    }

    @ParameterizedTest
    @CsvSource({
        "PORT, eighty",
        "PORT, 65536",
        "PORT, -1",
        "CONCORD_HOST, no host",
        "CONCORD_ALLOWED_ORIGINS, example",
        "CONCORD_MAX_FRAME_BYTES, 1",
        "CONCORD_MAX_ROOM_CHARS, 99999999999999999999",
        "CONCORD_MEMBER_QUEUE_BYTES, 1024",
        "CONCORD_LOG_LEVEL, LOUD"
    })
    void a_bad_value_is_refused_in_one_line_that_names_the_variable(String variable, String value) throws Exception {
        Outcome outcome = new ServerProcess(home).with(variable, value).run();
        assertEquals(2, outcome.status());
        assertEquals("", outcome.out());
        assertOneLine(outcome.err(), variable, value, "accepted");
    }

    @ParameterizedTest
    @CsvSource({
        "mysql://ann:s3cret@db/concord, neither",
        "postgres://ann:s3cret@db/concord?sslmode=on, sslmode",
        "jdbc:postgresql://db:port/concord?user=ann&password=s3cret, port"
    })
    void a_bad_database_address_is_refused_in_one_line_without_its_password(String address, String problem)
            throws Exception {
        Outcome outcome = new ServerProcess(home).with("DATABASE_URL", address).run();
        assertEquals(2, outcome.status());
        assertEquals("", outcome.out());
        assertOneLine(outcome.err(), "DATABASE_URL", problem, "accepted");
        assertFalse(outcome.err().contains("s3cret"), outcome.err());
    }

    @Test
    void a_port_in_use_is_reported_in_one_line() throws Exception {
        try (ServerProcess first = new ServerProcess(home).start()) {
            String port = String.valueOf(first.port());
            Outcome outcome = new ServerProcess(otherHome).with("PORT", port).run();
            assertEquals(1, outcome.status());
            assertOneLine(outcome.err(), port, "PORT");
        }
    }

    @Test
    void a_data_directory_in_use_is_reported_in_one_line() throws Exception {
        try (ServerProcess first = new ServerProcess(home).start()) {
            String data = home.resolve("data").toString();
            Outcome outcome =
                    new ServerProcess(otherHome).with("CONCORD_DATA_DIR", data).run();
            assertEquals(1, outcome.status());
            assertOneLine(outcome.err(), data, "in use");
            assertEquals(200, first.get("/readyz").statusCode());
        }
    }

    @Test
    void sigterm_under_load_sends_everybody_away_ends_with_0_and_keeps_what_was_acknowledged() {
        Random random = new Random(Seed.of(LifecycleTest.class));
        Ledger ledger = new Ledger();
        List<TestClient> clients = new ArrayList<>();
        List<Typist> typists = new ArrayList<>();
        try (ServerProcess server = new ServerProcess(home).start()) {
            for (int i = 0; i < 12; i++) {
                TestClient client = new TestClient("writer-" + i).onAck(ledger::acknowledged);
                clients.add(client.connect(server.socket("going")));
                typists.add(Typist.start(client, ledger, new Random(random.nextLong())));
            }
            Await.until("ops are acknowledged under load", () -> ledger.acknowledged() > 500);
            int status = server.stop();
            for (TestClient client : clients) {
                assertEquals(1012, client.awaitClose(), client::toString);
            }

            server.start();
            try (TestClient reader = new TestClient("reader").connect(server.socket("going"))) {
                String text = server.text("going");
                reader.look(document -> {
                    ledger.check(document, text);
                    return null;
                });
            }
            clients.forEach(client -> client.connect(server.socket("going")));
            typists.forEach(Typist::close);
            clients.forEach(TestClient::awaitAcks);
            String text = server.text("going");
            for (TestClient client : clients) {
                client.awaitText(text);
                client.assertUndisturbed();
                assertEquals(server.digest("going"), client.digest());
            }
            assertEquals(0, status);
        } finally {
            typists.forEach(Typist::close);
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void an_idle_server_ends_with_0_on_sigterm() {
        try (ServerProcess server = new ServerProcess(home).asShipped().start()) {
            assertEquals(0, server.stop());
        }
    }

    @Test
    void the_routes_answer_as_they_should() {
        try (ServerProcess server = new ServerProcess(home).asShipped().start()) {
            HttpResponse<String> health = server.get("/healthz");
            assertEquals(200, health.statusCode());
            assertEquals("ok", health.body().strip());
            assertEquals(200, server.get("/readyz").statusCode());
            HttpResponse<String> page = server.get("/");
            assertEquals(200, page.statusCode());
            assertTrue(header(page, "Content-Type").startsWith("text/html"));
            assertTrue(page.headers().firstValue("Content-Security-Policy").isPresent());
            assertProblem(404, "no_such_page", server.get("/nothing-here"));

            String text = "Hello \uD83D\uDE00\nworld";
            assertProblem(404, "no_such_room", server.get("/rooms/new"));
            assertProblem(404, "no_such_room", server.get("/rooms/new/presence"));
            assertEquals(201, server.put("/rooms/new", text).statusCode());
            assertProblem(409, "room_exists", server.put("/rooms/new", "other"));
            JsonNode room = server.room("new");
            assertEquals("new", room.get("room").asText());
            assertEquals(text, room.get("text").asText());
            assertEquals(text.length(), room.get("length").intValue());
            assertTrue(room.get("digest").asText().matches("[0-9a-f]{64}"), room::toString);
            assertTrue(!room.get("epoch").asText().isEmpty(), room::toString);
            assertTrue(room.get("op_seq").isIntegralNumber(), room::toString);
            assertEquals("[]", server.get("/rooms/new/presence").body());
            assertEquals(201, server.put("/rooms/crlf", "a\r\nb\rc").statusCode());
            assertEquals("a\nb\nc", server.text("crlf"));
            assertEquals(201, server.put("/rooms/empty", "").statusCode());
            assertEquals("", server.text("empty"));

            assertProblem(400, "bad_room_id", server.get("/rooms/" + "r".repeat(129)));
            assertProblem(400, "bad_room_id", server.put("/rooms/" + "r".repeat(129), "x"));
            assertProblem(400, "bad_room_id", server.get("/rooms/a%20b"));
            assertProblem(400, "bad_room_id", server.get("/rooms/"));
            assertEquals(201, server.put("/rooms/" + "r".repeat(128), "x").statusCode());
            assertProblem(426, "upgrade_required", server.get("/rooms/new/ws"));

            try (RawClient member = RawClient.join(server, "new")) {
                member.send(
                        "{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"x\",\"counter\":1}}}");
                member.expectAck(1);
                assertEquals(1, server.metric("concord_members"));
                assertEquals(1, server.metric("concord_ops_total"));
                assertEquals(1, server.room("new").get("op_seq").intValue());
            }
            assertEquals(text, server.text("new"));
            server.kill9();
            server.start();
            assertEquals(text, server.text("new"));
            assertEquals(room.get("epoch"), server.room("new").get("epoch"));
        }
    }

    @Test
    void a_client_of_another_epoch_is_sent_away_for_good() {
        try (ServerProcess server = new ServerProcess(home).start()) {
            assertEquals(201, server.put("/rooms/epochs", "text").statusCode());
            String epoch = server.room("epochs").get("epoch").asText();
            RawClient stranger = RawClient.connect(URI.create(server.socket("epochs") + "?epoch=another"));
            stranger.expectClose(4409);
            try (RawClient friend = RawClient.connect(URI.create(server.socket("epochs") + "?epoch=" + epoch))) {
                assertEquals(epoch, friend.expect("sync").get("epoch").asText());
            }
        }
    }

    private static void assertProblem(int status, String code, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response::body);
        assertEquals("application/problem+json", header(response, "Content-Type"));
        JsonNode problem = ServerProcess.json(response.body());
        assertEquals(code, problem.get("code").asText(), problem::toString);
        assertEquals(status, problem.get("status").intValue(), problem::toString);
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static void assertOneLine(String err, String... parts) {
        assertEquals(1, err.lines().count(), () -> "one line, but: " + err);
        for (String part : parts) {
            assertTrue(err.contains(part), () -> "\"" + part + "\" in: " + err);
        }
    }
}
