package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AiLimits;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Secret;
import dev.concord.server.http.Routes;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.ai.FakeGemini;
import dev.concord.testing.ai.FakeGemini.Reply;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody who may read a room tries everything that could change it, with requests that work for others. */
@Timeout(120)
class ReadOnlyTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ROOM = "notes";
    private static final AuthConfig AUTH =
            new AuthConfig(AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), null, null);
    private static final String WRITER = Tokens.of("ann", Map.of(ROOM, "admin"));
    private static final String READER = Tokens.of("bob", Map.of(ROOM, "read", "*", "read"));

    private static HttpResponse<String> ask(ServerFixture server, String token, String method, String path, String body)
            throws Exception {
        return server.send(server.request(path)
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body)));
    }

    /** All that can be seen of the room. */
    private static List<String> seen(ServerFixture server) throws Exception {
        List<String> all = new ArrayList<>();
        for (String path : List.of("", "/about", "/versions", "/ai", "/access", "/links")) {
            all.add(ask(server, WRITER, "GET", "/rooms/" + ROOM + path, "").body());
        }
        return all;
    }

    private static RawConnection open(ServerFixture server, String token) throws Exception {
        RawConnection connection = new RawConnection(server.port());
        connection.send(RawConnection.upgrade("/rooms/" + ROOM + "/ws", "Authorization: Bearer " + token));
        assertEquals(101, connection.response().status());
        return connection;
    }

    private static void insert(ServerFixture server, String text) throws Exception {
        try (RawConnection member = open(server, WRITER)) {
            Document document =
                    Document.load("site-of-ann", member.read(Message.Sync.class).state());
            for (Operation operation : document.insert(0, text)) {
                member.message(new Message.Op(1, operation));
                member.read(Message.Ack.class);
            }
        }
    }

    @Test
    void nothingThatTheyTryChangesTheRoom() throws Exception {
        try (FakeGemini gemini = FakeGemini.start()) {
            AiConfig ai = new AiConfig(
                    new Secret(FakeGemini.KEY),
                    gemini.url(),
                    "text",
                    "embedding",
                    Duration.ofSeconds(20),
                    AiLimits.DEFAULT.withQuotas(100_000, 100_000));
            try (ServerFixture server = ServerFixture.startAsking(new MemoryRoomStore(), AUTH, ai)) {
                assertEquals(
                        201,
                        ask(server, WRITER, "PUT", "/rooms/" + ROOM, "text").statusCode());
                String version = JSON.readTree(
                                ask(server, WRITER, "POST", "/rooms/" + ROOM + "/versions", "{\"label\":\"one\"}")
                                        .body())
                        .get("id")
                        .asText();
                insert(server, "more ");
                gemini.script(
                        Reply.call("1", "insert_at", Map.of("index", 0, "text", "In short: ")), Reply.text("done"));
                String run = JSON.readTree(
                                ask(server, WRITER, "POST", "/rooms/" + ROOM + "/ai", "{\"instruction\":\"do it\"}")
                                        .body())
                        .get("run_id")
                        .textValue();
                String link = JSON.readTree(
                                ask(server, WRITER, "POST", "/rooms/" + ROOM + "/links", "{\"right\":\"read\"}")
                                        .body())
                        .get("id")
                        .textValue();
                ask(server, WRITER, "PUT", "/rooms/" + ROOM + "/access/eve", "{\"right\":\"none\"}");

                List<String> before = seen(server);
                routes(server, version, run, link);
                messages(server);
                assertEquals(before, seen(server));
                // The same request changes something for those who may.
                assertEquals(
                        200,
                        ask(server, WRITER, "POST", "/rooms/" + ROOM + "/ai/" + run + "/apply", "")
                                .statusCode());
            }
        }
    }

    private static void routes(ServerFixture server, String version, String run, String link) throws Exception {
        Map<String, String> bodies = new TreeMap<>(Map.of(
                "PUT /rooms/{room}", "another text",
                "PATCH /rooms/{room}", "{\"title\":\"Mine\"}",
                "DELETE /rooms/{room}", "",
                "POST /rooms/{room}/purge", "",
                "POST /rooms/{room}/versions", "{\"label\":\"mine\"}",
                "PATCH /rooms/{room}/versions/{version}", "{\"label\":\"mine\"}",
                "DELETE /rooms/{room}/versions/{version}", "",
                "POST /rooms/{room}/restore", "{\"version_id\":" + version + "}",
                "POST /rooms/{room}/copilot", "{\"selection\":\"x\",\"mode\":\"rewrite\"}",
                "POST /rooms/{room}/ai", "{\"instruction\":\"do it\"}"));
        bodies.putAll(Map.of(
                "POST /rooms/{room}/ai/{run}/apply", "",
                "POST /rooms/{room}/ai/{run}/decline", "",
                "GET /rooms/{room}/access", "",
                "PUT /rooms/{room}/access/{user}", "{\"right\":\"admin\"}",
                "DELETE /rooms/{room}/access/{user}", "",
                "GET /rooms/{room}/links", "",
                "POST /rooms/{room}/links", "{\"right\":\"admin\"}",
                "DELETE /rooms/{room}/links/{link}", "",
                "POST /tokens/revoke", "{\"sub\":\"ann\"}"));
        Set<String> needing = new TreeSet<>();
        Routes.words().forEach((route, need) -> {
            if (Set.of("WRITE", "ADMIN", "OPERATOR").contains(need)) {
                needing.add(route);
            }
        });
        assertEquals(needing, bodies.keySet(), "every route that changes something is tried");
        for (Map.Entry<String, String> each : bodies.entrySet()) {
            String[] parts = each.getKey().split(" ", 2);
            String user = parts[0].equals("PUT") ? "bob" : "eve";
            String path = parts[1].replace("{room}", ROOM)
                    .replace("{version}", version)
                    .replace("{run}", run)
                    .replace("{user}", user)
                    .replace("{link}", link);
            HttpResponse<String> answer = ask(server, READER, parts[0], path, each.getValue());
            assertEquals(403, answer.statusCode(), each.getKey() + ": " + answer.body());
        }
        // A room that is not there is not made.
        assertEquals(403, ask(server, READER, "PUT", "/rooms/new", "text").statusCode());
        assertEquals(404, ask(server, READER, "GET", "/rooms/new", "").statusCode());
    }

    private static String op(int seq, String data) {
        return "{\"t\":\"op\",\"seq\":" + seq + ",\"data\":" + data + "}";
    }

    private static void messages(ServerFixture server) throws Exception {
        Document copy;
        try (RawConnection member = open(server, READER)) {
            copy = Document.load("site-of-bob", member.read(Message.Sync.class).state());
        }
        String own = operation(copy.insert(0, "x").get(0));
        String others =
                operation(new Operation.Insert(new ElementId("site-of-ann", 6), Anchor.after(ElementId.HEAD), "x"));
        String deletion = operation(copy.delete(1, 3).get(0));
        List<String> frames = List.of(
                op(1, own),
                op(1, others),
                op(1, deletion),
                "[" + op(1, own) + "," + op(2, others) + "," + op(3, deletion) + "]",
                "[{\"t\":\"presence\",\"user\":\"Bob\",\"cursor\":0,\"color\":\"#123456\"}," + op(1, own) + "]",
                "{\"t\":\"sync\",\"state\":\"" + Base64.getEncoder().encodeToString(copy.encode())
                        + "\",\"version\":\"Q1YBAA==\",\"epoch\":\"e1\",\"right\":\"admin\"}",
                "{\"t\":\"ack\",\"seq\":1}");
        for (String frame : frames) {
            // After the sync, and before it as well.
            for (boolean waits : new boolean[] {true, false}) {
                try (RawConnection member = open(server, READER)) {
                    if (waits) {
                        member.read(Message.Sync.class);
                    }
                    member.text(frame);
                    member.text(op(99, own));
                    if (!waits) {
                        member.read(Message.Sync.class);
                    }
                    int refused = 0;
                    long seq = 0;
                    while (seq != 99) {
                        Message message =
                                WireCodec.read(member.frame().payload()).get(0);
                        if (message instanceof Message.Presence) {
                            // Of a connection that has just gone.
                            continue;
                        }
                        Message.Refusal refusal = assertInstanceOf(Message.Refusal.class, message, frame);
                        if (refusal.seq() != null) {
                            assertEquals(ErrorCode.FORBIDDEN, refusal.code(), frame);
                            seq = refusal.seq();
                            refused++;
                        }
                    }
                    assertEquals(1 + frame.split("\"t\":\"op\"", -1).length - 1, refused, frame);
                }
            }
        }
    }

    private static String operation(Operation operation) {
        String json = new String(WireCodec.writeOperation(operation), StandardCharsets.UTF_8);
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new AssertionError(json, e);
        }
        assertTrue(node.has("kind"), json);
        return json;
    }
}
