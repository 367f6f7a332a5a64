package dev.concord.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.testing.Await;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken away from somebody who is typing, on two instances of one PostgreSQL, of which only one is asked to take it. */
@ExtendWith(ServerLogs.class)
@Timeout(900)
class RevocationTest {
    private static final String SECRET = "a secret of at least thirty-two bytes, for tests";
    private static final String ROOM = "notes";
    /** Ops that are sent after the first refused one. */
    private static final int AFTER = 20;

    @TempDir
    Path home;

    /** Somebody who types on one instance, a character after the answer to the one before. */
    private static final class Writer {
        final RawClient client;
        private final String site;
        private final StringBuilder stored = new StringBuilder();
        private int sent;

        Writer(ServerProcess server, String token, String site) {
            this.site = site;
            client = RawClient.connect(URI.create(server.socket(ROOM) + "?token=" + token));
            assertEquals("write", client.expect("sync").get("right").textValue());
        }

        /** Types one character; the code of its refusal, or nothing. */
        String type() {
            sent++;
            String after = stored.length() == 0
                    ? "{\"site\":\"\",\"counter\":0}"
                    : "{\"site\":\"" + site + "\",\"counter\":" + stored.length() + "}";
            String value = String.valueOf((char) ('a' + sent % 26));
            client.send("{\"t\":\"op\",\"seq\":" + sent + ",\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"" + site
                    + "\",\"counter\":" + (stored.length() + 1) + "},\"after\":" + after + ",\"value\":\"" + value
                    + "\"}}");
            while (true) {
                JsonNode answer = client.next();
                String type = answer.get("t").textValue();
                if (type.equals("error") && answer.path("seq").asInt() == sent) {
                    return answer.get("code").textValue();
                }
                if (type.equals("ack") && answer.get("seq").asInt() >= sent) {
                    stored.append(value);
                    return "";
                }
                assertFalse(type.equals("(closed)"), "closed instead of answered");
            }
        }
    }

    private static HttpResponse<String> ask(ServerProcess server, String token, String method, String path, String body)
            throws Exception {
        return ServerProcess.HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .timeout(Await.DEADLINE)
                        .header("Authorization", "Bearer " + token)
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String token(String user, String room) throws Exception {
        Path own = Files.createDirectories(home.resolve("token-" + user));
        ServerProcess.Outcome made =
                new ServerProcess(own).with("CONCORD_AUTH_SECRET", SECRET).run("token", "--sub", user, "--room", room);
        assertEquals(0, made.status(), made::err);
        return made.out().strip();
    }

    private static String text(ServerProcess server, String token) throws Exception {
        return ServerProcess.json(
                        ask(server, token, "GET", "/rooms/" + ROOM, "").body())
                .get("text")
                .textValue();
    }

    @ParameterizedTest(name = "with a Redis: {0}")
    @ValueSource(booleans = {true, false})
    void an_op_that_is_sent_after_a_right_was_taken_is_refused_on_both(boolean withRedis) throws Exception {
        long seed = Seed.of(RevocationTest.class);
        String root = token("root", "*=admin");
        String ann = token("ann", ROOM + "=write");
        try (Instances instances = new Instances(
                Files.createDirectories(home.resolve("servers")),
                2,
                true,
                seed,
                server -> server.with("CONCORD_AUTH", "jwt").with("CONCORD_AUTH_SECRET", SECRET))) {
            assertEquals(
                    201,
                    ask(instances.server(0), root, "PUT", "/rooms/" + ROOM, "").statusCode());
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(new Writer(instances.server(i), ann, "ann" + i));
            }
            for (Writer writer : writers) {
                assertEquals("", writer.type());
            }
            if (!withRedis) {
                instances.redis.stop();
            }
            HttpResponse<String> lowered =
                    ask(instances.server(0), root, "PUT", "/rooms/" + ROOM + "/access/ann", "{\"right\":\"read\"}");
            long answered = System.nanoTime();
            assertEquals(200, lowered.statusCode(), lowered::body);
            for (Writer writer : writers) {
                String refusal = "";
                while (refusal.isEmpty()) {
                    refusal = writer.type();
                }
                assertEquals("forbidden", refusal);
            }
            System.out.printf(
                    "both servers refuse %d ms after the answer, %s Redis%n",
                    Duration.ofNanos(System.nanoTime() - answered).toMillis(), withRedis ? "with" : "without");
            for (int i = 0; i < AFTER; i++) {
                for (Writer writer : writers) {
                    assertEquals("forbidden", writer.type());
                }
            }
            for (int i = 0; i < 2; i++) {
                ServerProcess server = instances.server(i);
                Await.until("what was acknowledged to be all there is", () -> holds(server, root, writers));
            }

            // Now it is taken whole, by the other server.
            assertEquals(
                    200,
                    ask(instances.server(1), root, "PUT", "/rooms/" + ROOM + "/access/ann", "{\"right\":\"none\"}")
                            .statusCode());
            for (Writer writer : writers) {
                expectClose(writer.client, 4403);
            }
            for (int i = 0; i < 2; i++) {
                RawClient again =
                        RawClient.connect(URI.create(instances.server(i).socket(ROOM) + "?token=" + ann));
                again.expectClose(4403);
                assertEquals(
                        404,
                        ask(instances.server(i), ann, "GET", "/rooms/" + ROOM, "")
                                .statusCode());
            }
        }
    }

    private static boolean holds(ServerProcess server, String root, List<Writer> writers) {
        String text;
        try {
            text = text(server, root);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        int length = writers.stream().mapToInt(writer -> writer.stored.length()).sum();
        assertTrue(text.length() <= length, () -> "more than was acknowledged: " + text);
        return text.length() == length && writers.stream().allMatch(writer -> text.contains(writer.stored));
    }

    private static void expectClose(RawClient client, int code) {
        JsonNode last = client.next();
        while (!last.path("t").asText().equals("(closed)")) {
            last = client.next();
        }
        assertEquals(code, client.code());
    }

    @ParameterizedTest(name = "with a Redis: {0}")
    @ValueSource(booleans = {true, false})
    void a_token_that_is_revoked_ends_its_connections_on_both(boolean withRedis) throws Exception {
        String root = token("root", "*=admin");
        String eve = token("eve", ROOM + "=write");
        try (Instances instances = new Instances(
                Files.createDirectories(home.resolve("servers")),
                2,
                true,
                Seed.of(RevocationTest.class),
                server -> server.with("CONCORD_AUTH", "jwt").with("CONCORD_AUTH_SECRET", SECRET))) {
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(new Writer(instances.server(i), eve, "eve" + i));
                assertEquals("", writers.get(i).type());
            }
            if (!withRedis) {
                instances.redis.stop();
            }
            assertEquals(
                    204,
                    ask(instances.server(0), root, "POST", "/tokens/revoke", "{\"sub\":\"eve\"}")
                            .statusCode());
            for (Writer writer : writers) {
                expectClose(writer.client, 4401);
            }
            for (int i = 0; i < 2; i++) {
                RawClient.connect(URI.create(instances.server(i).socket(ROOM) + "?token=" + eve))
                        .expectClose(4401);
                assertEquals(
                        401,
                        ask(instances.server(i), eve, "GET", "/rooms/" + ROOM, "")
                                .statusCode());
            }
        }
    }
}
