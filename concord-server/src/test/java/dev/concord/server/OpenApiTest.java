package dev.concord.server;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AiConfig;
import dev.concord.server.config.AiLimits;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.HistoryLimits;
import dev.concord.server.config.Secret;
import dev.concord.server.http.Routes;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.ai.FakeGemini;
import dev.concord.testing.ai.FakeGemini.Reply;
import dev.concord.wire.Message;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The description of the routes that the server serves, against the routes that it has and the answers that it gives. */
@Timeout(120)
class OpenApiTest {
    private static final Path PROTOCOL = Path.of(System.getProperty("concord.basedir", ".."), "docs", "PROTOCOL.md");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> PROBES = Set.of("GET /healthz", "GET /readyz");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private JsonNode document;
    private JsonShape shape;
    /** Operation and status of every answer that was seen. */
    private final Set<String> seen = new TreeSet<>();

    private void read(ServerFixture server) throws Exception {
        HttpResponse<String> response = server.get("/openapi.json");
        assertEquals(200, response.statusCode());
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElseThrow());
        document = JSON.readTree(response.body());
        shape = new JsonShape(document);
    }

    private List<String> documented() {
        List<String> operations = new ArrayList<>();
        document.get("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    private JsonNode operation(String route) {
        String[] parts = route.split(" ", 2);
        return document.get("paths").get(parts[1]).get(parts[0].toLowerCase(Locale.ROOT));
    }

    @Test
    void itNamesEveryRouteAndNoOther() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {})) {
            read(server);
            assertEquals("3.1.0", document.get("openapi").textValue());
            assertEquals(new TreeSet<>(Routes.all()), new TreeSet<>(documented()));
            Set<String> ids = new TreeSet<>();
            for (String route : documented()) {
                assertTrue(ids.add(operation(route).get("operationId").textValue()), "twice: " + route);
            }
        }
    }

    @Test
    void everyParameterOfAJoinIsDescribed() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {})) {
            read(server);
            Set<String> described = new TreeSet<>();
            operation("GET /rooms/{room}/ws")
                    .get("parameters")
                    .forEach(parameter -> described.add(parameter.get("name").textValue()));
            String page = Files.readString(PROTOCOL);
            int table = page.indexOf("| query parameter |");
            Set<String> documented = Pattern.compile("(?m)^\\| `(\\w+)")
                    .matcher(page.substring(table, page.indexOf("\n\n", table)))
                    .results()
                    .map(row -> row.group(1))
                    .collect(toCollection(TreeSet::new));
            assertTrue(documented.contains("version"), documented::toString);
            assertEquals(documented, described);
        }
    }

    @Test
    void everyParameterOfAPathIsDescribedAndEveryReferenceLeadsSomewhere() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {})) {
            read(server);
            document.findValues("$ref").forEach(reference -> shape.resolve(reference.textValue()));
            document.get("paths").properties().forEach(path -> {
                Set<String> described = new TreeSet<>();
                for (JsonNode parameter : path.getValue().path("parameters")) {
                    JsonNode resolved = shape.resolve(parameter.get("$ref").textValue());
                    assertEquals("path", resolved.get("in").textValue());
                    described.add(resolved.get("name").textValue());
                }
                Set<String> named = new TreeSet<>();
                for (String part : path.getKey().split("/", -1)) {
                    if (part.startsWith("{")) {
                        named.add(part.substring(1, part.length() - 1));
                    }
                }
                assertEquals(named, described, path.getKey());
            });
        }
    }

    /** Checks an answer against what the document says of it, and notes that it was seen. */
    private HttpResponse<String> check(String route, int status, HttpResponse<String> response) throws Exception {
        assertEquals(status, response.statusCode(), route + ": " + response.body());
        JsonNode responses = operation(route).get("responses");
        assertTrue(responses.has(String.valueOf(status)), route + " does not say " + status);
        JsonNode content = responses.get(String.valueOf(status)).get("content");
        if (status == 204) {
            assertNull(content, route);
            seen.add(route + " 204");
            assertEquals("", response.body());
            return response;
        }
        String type =
                response.headers().firstValue("Content-Type").orElseThrow().split(";", -1)[0];
        assertTrue(content.has(type), route + " " + status + " is of type " + type);
        if (!type.equals("text/plain")) {
            JsonNode body = JSON.readTree(response.body());
            assertEquals(
                    List.of(), shape.faults(content.get(type).get("schema"), body), route + ": " + response.body());
            if (status >= 400) {
                assertEquals(status, body.get("status").intValue());
            }
        }
        seen.add(route + " " + status);
        return response;
    }

    private JsonNode json(HttpResponse<String> response) throws Exception {
        return JSON.readTree(response.body());
    }

    private static HttpRequest.Builder foreign(ServerFixture server, String path) {
        return server.request(path).header("Origin", "https://elsewhere.example");
    }

    @Test
    void everyAnswerThatItDescribesIsGivenAndIsAsItSays() throws Exception {
        try (FakeGemini gemini = FakeGemini.start()) {
            MemoryRoomStore store = new MemoryRoomStore();
            AiConfig ai = new AiConfig(
                    new Secret(FakeGemini.KEY),
                    gemini.url(),
                    "text",
                    "embedding",
                    Duration.ofSeconds(20),
                    AiLimits.DEFAULT.withQuotas(100_000, 100_000));
            try (ServerFixture server = ServerFixture.start(store, ai, limits -> {
                limits.compactionOps = 1;
                limits.roomChars = 20_000;
                limits.history = new HistoryLimits(Duration.ZERO, 50, 1_000, 10_000, 100);
            })) {
                read(server);
                operation(server);
                rooms(server);
                history(server);
                ai(server, gemini);
                search(server, gemini);
            }
            access();
            limitsAndForeigners(gemini);
            quotas();
            withoutAModel();
            withAStoreThatFails();
            underAnotherName();
        }
        Set<String> described = new TreeSet<>();
        for (String route : documented()) {
            operation(route).get("responses").fieldNames().forEachRemaining(status -> {
                if (!status.equals("default")) {
                    described.add(route + " " + status);
                }
            });
        }
        described.removeAll(seen);
        assertEquals(Set.of(), described, "described, and never seen");
    }

    private void operation(ServerFixture server) throws Exception {
        check("GET /healthz", 200, server.get("/healthz"));
        check("GET /readyz", 200, server.get("/readyz"));
        check("GET /metrics", 200, server.get("/metrics"));
        check("GET /openapi.json", 200, server.get("/openapi.json"));
    }

    private void access() throws Exception {
        AuthConfig auth =
                new AuthConfig(AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), null, null);
        String token = "Bearer " + Tokens.of("root", Map.of("*", "admin"));
        try (ServerFixture server = ServerFixture.startAsking(new MemoryRoomStore(), auth)) {
            String user = "PUT /rooms/{room}/access/{user}";
            for (String body : List.of("{\"right\":\"read\"}", "{}")) {
                check(
                        user,
                        body.length() > 2 ? 200 : 400,
                        authorized(server, token, "PUT", "/rooms/r/access/ann", body));
            }
            check("GET /rooms/{room}/access", 200, authorized(server, token, "GET", "/rooms/r/access", ""));
            check(
                    "DELETE /rooms/{room}/access/{user}",
                    204,
                    authorized(server, token, "DELETE", "/rooms/r/access/ann", ""));
            HttpResponse<String> link = check(
                    "POST /rooms/{room}/links",
                    201,
                    authorized(server, token, "POST", "/rooms/r/links", "{\"right\":\"read\"}"));
            check("POST /rooms/{room}/links", 400, authorized(server, token, "POST", "/rooms/r/links", "{}"));
            check("GET /rooms/{room}/links", 200, authorized(server, token, "GET", "/rooms/r/links", ""));
            check(
                    "DELETE /rooms/{room}/links/{link}",
                    204,
                    authorized(
                            server,
                            token,
                            "DELETE",
                            "/rooms/r/links/" + json(link).get("id").textValue(),
                            ""));
            check("POST /tokens/revoke", 204, authorized(server, token, "POST", "/tokens/revoke", "{\"jti\":\"t\"}"));
            check("POST /tokens/revoke", 400, authorized(server, token, "POST", "/tokens/revoke", "{}"));
        }
    }

    private static HttpResponse<String> authorized(
            ServerFixture server, String token, String method, String path, String body) throws Exception {
        return server.send(server.request(path)
                .header("Authorization", token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body)));
    }

    private void rooms(ServerFixture server) throws Exception {
        check("PUT /rooms/{room}", 201, server.put("/rooms/r", "a text"));
        check("PUT /rooms/{room}", 409, server.put("/rooms/r", "a text"));
        check("PUT /rooms/{room}", 400, server.put("/rooms/a%20b", "a text"));
        check("PUT /rooms/{room}", 413, server.put("/rooms/big", "x".repeat(20_001)));
        check(
                "PUT /rooms/{room}",
                415,
                server.send(server.request("/rooms/s")
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString("{}"))));
        check(
                "PUT /rooms/{room}",
                403,
                server.send(foreign(server, "/rooms/s").PUT(HttpRequest.BodyPublishers.ofString("x"))));
        check("GET /rooms/{room}", 200, server.get("/rooms/r"));
        check("GET /rooms/{room}", 400, server.get("/rooms/a%20b"));
        check("GET /rooms/{room}", 404, server.get("/rooms/none"));
        try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
            seen.add("GET /rooms/{room}/ws 101");
            member.read(Message.Sync.class);
            member.message(new Message.Presence("Ann", 0, "#123456"));
            ServerFixture.await(() -> {
                try {
                    return json(server.get("/rooms/r/presence")).size() == 1;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            check("GET /rooms/{room}/presence", 200, server.get("/rooms/r/presence"));
        }
        String delete = "DELETE /rooms/{room}";
        assertEquals(201, server.put("/rooms/gone", "a text").statusCode());
        check(delete, 204, server.send(server.request("/rooms/gone").DELETE()));
        check(delete, 404, server.send(server.request("/rooms/gone").DELETE()));
        check(delete, 400, server.send(server.request("/rooms/a%20b").DELETE()));
        check(delete, 403, server.send(foreign(server, "/rooms/r").DELETE()));
        catalogue(server);
        check("GET /rooms/{room}/presence", 400, server.get("/rooms/a%20b/presence"));
        check("GET /rooms/{room}/presence", 404, server.get("/rooms/none/presence"));
        check("GET /rooms/{room}/ws", 426, server.get("/rooms/r/ws"));
        check("GET /rooms/{room}/ws", 400, server.get("/rooms/a%20b/ws"));
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(RawConnection.upgrade("/rooms/r/ws", "Origin: https://elsewhere.example"));
            assertEquals(403, connection.response().status());
            seen.add("GET /rooms/{room}/ws 403");
        }
    }

    private void catalogue(ServerFixture server) throws Exception {
        check("GET /rooms", 200, server.get("/rooms"));
        check("GET /rooms", 400, server.get("/rooms?limit=0"));
        check("GET /rooms/{room}/about", 200, server.get("/rooms/r/about"));
        check("GET /rooms/{room}/about", 400, server.get("/rooms/a%20b/about"));
        check("GET /rooms/{room}/about", 404, server.get("/rooms/none/about"));
        String change = "PATCH /rooms/{room}";
        String title = "{\"title\":\"Notes\"}";
        check(change, 200, patch(server, "/rooms/r", title));
        check(change, 400, patch(server, "/rooms/r", "{}"));
        check(change, 404, patch(server, "/rooms/none", title));
        check(
                change,
                403,
                server.send(foreign(server, "/rooms/r").method("PATCH", HttpRequest.BodyPublishers.ofString(title))));
        String purge = "POST /rooms/{room}/purge";
        assertEquals(201, server.put("/rooms/purged", "a text").statusCode());
        check(purge, 204, server.post("/rooms/purged/purge", ""));
        check(purge, 400, server.post("/rooms/a%20b/purge", ""));
        check(purge, 404, server.post("/rooms/none/purge", ""));
        check(purge, 403, server.send(foreign(server, "/rooms/r/purge").POST(HttpRequest.BodyPublishers.ofString(""))));
    }

    private static HttpResponse<String> patch(ServerFixture server, String path, String json) throws Exception {
        return server.send(server.request(path).method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
    }

    private static HttpResponse<String> delete(ServerFixture server, String path) throws Exception {
        return server.send(server.request(path).DELETE());
    }

    private void versions(ServerFixture server, long id) throws Exception {
        String version = "/rooms/r/versions/" + id;
        String label = "{\"label\":\"named\"}";
        String rename = "PATCH /rooms/{room}/versions/{version}";
        check(rename, 200, patch(server, version, label));
        check(rename, 400, patch(server, version, "{}"));
        check(rename, 404, patch(server, "/rooms/r/versions/999", label));
        check(
                rename,
                403,
                server.send(foreign(server, version).method("PATCH", HttpRequest.BodyPublishers.ofString(label))));
        String delete = "DELETE /rooms/{room}/versions/{version}";
        check(delete, 400, delete(server, "/rooms/r/versions/x"));
        check(delete, 403, server.send(foreign(server, version).DELETE()));
        check(delete, 204, delete(server, version));
        check(delete, 404, delete(server, version));
    }

    private void history(ServerFixture server) throws Exception {
        String versions = "POST /rooms/{room}/versions";
        String body = "{\"label\":\"one\"}";
        long first = json(check(versions, 201, server.post("/rooms/r/versions", body)))
                .get("id")
                .longValue();
        check(versions, 400, server.post("/rooms/r/versions", "{}"));
        check(
                versions,
                403,
                server.send(foreign(server, "/rooms/r/versions").POST(HttpRequest.BodyPublishers.ofString(body))));
        check(versions, 404, server.post("/rooms/none/versions", body));
        edit(server, "r", 0, "more ");
        long second = json(check(
                        versions, 201, server.post("/rooms/r/versions", "{\"label\":\"two\",\"author\":\"Ann\"}")))
                .get("id")
                .longValue();
        check("GET /rooms/{room}/versions", 200, server.get("/rooms/r/versions"));
        assertTrue(server.get("/rooms/r/versions?limit=1")
                .headers()
                .firstValue("Link")
                .isPresent());
        check("GET /rooms/{room}/versions", 400, server.get("/rooms/r/versions?limit=0"));
        check("GET /rooms/{room}/versions", 404, server.get("/rooms/none/versions"));
        check("GET /rooms/{room}/versions/{version}", 200, server.get("/rooms/r/versions/" + first));
        check("GET /rooms/{room}/versions/{version}", 400, server.get("/rooms/r/versions/x"));
        check("GET /rooms/{room}/versions/{version}", 404, server.get("/rooms/r/versions/999"));
        check("GET /rooms/{room}/diff", 200, server.get("/rooms/r/diff?from=" + first + "&to=" + second));
        check("GET /rooms/{room}/diff", 400, server.get("/rooms/r/diff"));
        check("GET /rooms/{room}/diff", 404, server.get("/rooms/r/diff?from=999&to=current"));
        String restore = "POST /rooms/{room}/restore";
        String back = "{\"version_id\":" + first + "}";
        check(restore, 200, server.post("/rooms/r/restore", back));
        check(restore, 400, server.post("/rooms/r/restore", "{}"));
        check(
                restore,
                403,
                server.send(foreign(server, "/rooms/r/restore").POST(HttpRequest.BodyPublishers.ofString(back))));
        check(restore, 404, server.post("/rooms/r/restore", "{\"version_id\":999}"));
        check("GET /rooms/{room}/replay", 200, server.get("/rooms/r/replay?from=" + first + "&to=" + second));
        check("GET /rooms/{room}/replay", 400, server.get("/rooms/r/replay?from=" + second + "&to=" + first));
        check("GET /rooms/{room}/replay", 404, server.get("/rooms/r/replay?from=999&to=current"));
        check("GET /rooms/{room}/authors", 200, server.get("/rooms/r/authors"));
        check("GET /rooms/{room}/authors", 400, server.get("/rooms/r/authors?version=x"));
        check("GET /rooms/{room}/authors", 404, server.get("/rooms/none/authors"));
        versions(server, second);
        assertEquals(201, server.put("/rooms/large", "x".repeat(10_001)).statusCode());
        long large = json(server.post("/rooms/large/versions", body)).get("id").longValue();
        check("GET /rooms/{room}/diff", 413, server.get("/rooms/large/diff?from=" + large + "&to=current"));
        check(restore, 413, server.post("/rooms/large/restore", "{\"version_id\":" + large + "}"));
        check("GET /rooms/{room}/authors", 413, server.get("/rooms/large/authors"));
    }

    private static void edit(ServerFixture server, String room, int offset, String text) throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/" + room + "/ws")) {
            Document document =
                    Document.load("ann", member.read(Message.Sync.class).state());
            for (Operation operation : document.insert(offset, text)) {
                member.message(new Message.Op(1, operation));
                member.read(Message.Ack.class);
            }
        }
    }

    private void ai(ServerFixture server, FakeGemini gemini) throws Exception {
        String copilot = "POST /rooms/{room}/copilot";
        String ask = "{\"selection\":\"x\",\"mode\":\"rewrite\"}";
        gemini.script(Reply.text("y"));
        check(copilot, 200, server.post("/rooms/r/copilot", ask));
        check(copilot, 400, server.post("/rooms/r/copilot", "{}"));
        check(
                copilot,
                403,
                server.send(foreign(server, "/rooms/r/copilot").POST(HttpRequest.BodyPublishers.ofString(ask))));
        gemini.script(Reply.error(500, "INTERNAL"));
        check(copilot, 502, server.post("/rooms/r/copilot", ask));

        String plan = "POST /rooms/{room}/ai";
        String instruction = "{\"instruction\":\"do it\"}";
        String applied = planned(server, gemini);
        String declined = planned(server, gemini);
        check(plan, 400, server.post("/rooms/r/ai", "{}"));
        check(
                plan,
                403,
                server.send(foreign(server, "/rooms/r/ai").POST(HttpRequest.BodyPublishers.ofString(instruction))));
        gemini.script(Reply.text("y"));
        check(plan, 404, server.post("/rooms/none/ai", instruction));
        gemini.script(Reply.error(500, "INTERNAL"));
        check(plan, 502, server.post("/rooms/r/ai", instruction));
        check("GET /rooms/{room}/ai", 200, server.get("/rooms/r/ai"));
        check("GET /rooms/{room}/ai", 400, server.get("/rooms/a%20b/ai"));
        check("GET /rooms/{room}/ai/{run}", 200, server.get("/rooms/r/ai/" + applied));
        check("GET /rooms/{room}/ai/{run}", 400, server.get("/rooms/a%20b/ai/x"));
        check("GET /rooms/{room}/ai/{run}", 404, server.get("/rooms/r/ai/none"));
        decide(server, "apply", applied);
        decide(server, "decline", declined);
    }

    private String planned(ServerFixture server, FakeGemini gemini) throws Exception {
        gemini.script(
                Reply.call("1", "replace_range", Map.of("start", 0, "end", 1, "text", "A")),
                Reply.call("2", "insert_at", Map.of("index", 0, "text", "In short: ")),
                Reply.text("done"));
        return json(check(
                        "POST /rooms/{room}/ai",
                        200,
                        server.post("/rooms/r/ai", "{\"instruction\":\"do it\",\"author\":\"Ann\"}")))
                .get("run_id")
                .textValue();
    }

    private void decide(ServerFixture server, String how, String run) throws Exception {
        String route = "POST /rooms/{room}/ai/{run}/" + how;
        String path = "/rooms/r/ai/" + run + "/" + how;
        check(route, 403, server.send(foreign(server, path).POST(HttpRequest.BodyPublishers.ofString(""))));
        check(route, 400, server.post("/rooms/a%20b/ai/x/" + how, ""));
        check(route, 404, server.post("/rooms/r/ai/none/" + how, ""));
        check(route, 200, server.post(path, ""));
        check(route, 409, server.post(path, ""));
    }

    private int hits(ServerFixture server, String path) {
        try {
            return json(server.get(path)).size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void search(ServerFixture server, FakeGemini gemini) throws Exception {
        ServerFixture.await(() -> hits(server, "/rooms/r/search?q=text") > 0 && hits(server, "/rooms/r/backlinks") > 0);
        HttpResponse<String> found = check("GET /rooms/{room}/search", 200, server.get("/rooms/r/search?q=text"));
        assertFalse(json(found).isEmpty(), "a hit to check");
        check("GET /rooms/{room}/search", 400, server.get("/rooms/r/search"));
        HttpResponse<String> related = check("GET /rooms/{room}/backlinks", 200, server.get("/rooms/r/backlinks"));
        assertFalse(json(related).isEmpty(), "a hit to check");
        check("GET /rooms/{room}/backlinks", 400, server.get("/rooms/r/backlinks?k=0"));
        gemini.embeddingsDown(true);
        check("GET /rooms/{room}/search", 502, server.get("/rooms/r/search?q=text"));
        gemini.embeddingsDown(false);
    }

    private void limitsAndForeigners(FakeGemini gemini) throws Exception {
        AiConfig strict = new AiConfig(
                new Secret(FakeGemini.KEY),
                gemini.url(),
                "text",
                "embedding",
                Duration.ofSeconds(20),
                AiLimits.DEFAULT.withQuotas(1, 100));
        try (ServerFixture server = ServerFixture.start(new MemoryRoomStore(), strict, limits -> {})) {
            server.put("/rooms/r", "text");
            gemini.script(Reply.text("y"));
            String ask = "{\"selection\":\"x\",\"mode\":\"rewrite\"}";
            server.post("/rooms/r/copilot", ask);
            check("POST /rooms/{room}/copilot", 429, server.post("/rooms/r/copilot", ask));
            check("POST /rooms/{room}/ai", 429, server.post("/rooms/r/ai", "{\"instruction\":\"x\"}"));
            check("GET /rooms/{room}/search", 429, server.get("/rooms/r/search?q=x"));
        }
    }

    private void quotas() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {
            limits.newRooms = 1;
            limits.roomChars = 10;
            limits.history = new HistoryLimits(Duration.ZERO, 50, 1, 10_000, 100);
        })) {
            server.put("/rooms/r", "12345678");
            check("PUT /rooms/{room}", 429, server.put("/rooms/s", "text"));
            long version = json(server.post("/rooms/r/versions", "{\"label\":\"one\"}"))
                    .get("id")
                    .asLong();
            replaceAll(server, "abcdefgh");
            check("POST /rooms/{room}/versions", 409, server.post("/rooms/r/versions", "{\"label\":\"two\"}"));
            check(
                    "POST /rooms/{room}/restore",
                    409,
                    server.post("/rooms/r/restore", "{\"version_id\":" + version + "}"));
        }
    }

    private static void replaceAll(ServerFixture server, String text) throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
            Document document =
                    Document.load("x", member.read(Message.Sync.class).state());
            List<Operation> operations = new ArrayList<>(document.delete(0, document.length()));
            operations.addAll(document.insert(0, text));
            for (int i = 0; i < operations.size(); i++) {
                member.message(new Message.Op(i + 1, operations.get(i)));
                member.read(Message.Ack.class);
            }
        }
    }

    private void withoutAModel() throws Exception {
        try (ServerFixture server = ServerFixture.start(limits -> {})) {
            check(
                    "POST /rooms/{room}/copilot",
                    503,
                    server.post("/rooms/r/copilot", "{\"selection\":\"x\",\"mode\":\"rewrite\"}"));
            check("POST /rooms/{room}/ai", 503, server.post("/rooms/r/ai", "{\"instruction\":\"x\"}"));
            check("GET /rooms/{room}/search", 503, server.get("/rooms/r/search?q=x"));
            check("GET /rooms/{room}/backlinks", 503, server.get("/rooms/r/backlinks"));
        }
    }

    /** Every route but the probes is refused under a name that the operator has not allowed. */
    private void underAnotherName() throws Exception {
        try (ServerFixture named = ServerFixture.startNamed("docs.example")) {
            for (String route : documented()) {
                boolean probe = PROBES.contains(route);
                String path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{\\w+\\}", "1");
                try (RawConnection connection = new RawConnection(named.port())) {
                    connection.send(RawConnection.upgrade(path)
                            .replaceFirst("^GET", route.substring(0, route.indexOf(' ')))
                            .replace("Host: localhost", "Host: evil.example"));
                    RawConnection.Response response = connection.response();
                    assertEquals(probe ? 200 : 421, response.status(), route);
                    if (!probe) {
                        String described =
                                operation(route).at("/responses/421/$ref").textValue();
                        JsonNode content = shape.resolve(described).at("/content/application~1problem+json/schema");
                        assertEquals(List.of(), shape.faults(content, JSON.readTree(response.body())), route);
                        seen.add(route + " 421");
                    }
                }
            }
        }
    }

    /** A part of a store, of which every call fails except for those that lead to further parts. */
    private static <T> T failing(Class<T> part) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Class<?> result = method.getReturnType();
            if (result.isInterface() && result.getName().startsWith("dev.concord.store")) {
                return failing(result);
            }
            return switch (method.getName()) {
                case "close" -> null;
                case "isShared" -> false;
                case "toString" -> "a store that fails";
                default -> throw new StoreUnavailableException("away", null);
            };
        };
        return part.cast(Proxy.newProxyInstance(part.getClassLoader(), new Class<?>[] {part}, handler));
    }

    private void withAStoreThatFails() throws Exception {
        try (ServerFixture server = ServerFixture.start(failing(RoomStore.class), limits -> {})) {
            check("GET /readyz", 503, server.get("/readyz"));
            check("GET /rooms/{room}", 503, server.get("/rooms/r"));
            check("PUT /rooms/{room}", 503, server.put("/rooms/r", "x"));
            check(
                    "DELETE /rooms/{room}",
                    503,
                    server.send(server.request("/rooms/r").DELETE()));
            check("GET /rooms", 503, server.get("/rooms"));
            check("GET /rooms/{room}/about", 503, server.get("/rooms/r/about"));
            check("PATCH /rooms/{room}", 503, patch(server, "/rooms/r", "{\"title\":\"x\"}"));
            check("POST /rooms/{room}/purge", 503, server.post("/rooms/r/purge", ""));
            check(
                    "PATCH /rooms/{room}/versions/{version}",
                    503,
                    patch(server, "/rooms/r/versions/1", "{\"label\":\"x\"}"));
            check("DELETE /rooms/{room}/versions/{version}", 503, delete(server, "/rooms/r/versions/1"));
            check("GET /rooms/{room}/presence", 503, server.get("/rooms/r/presence"));
            check("POST /rooms/{room}/versions", 503, server.post("/rooms/r/versions", "{\"label\":\"x\"}"));
            check("GET /rooms/{room}/versions", 503, server.get("/rooms/r/versions"));
            check("GET /rooms/{room}/versions/{version}", 503, server.get("/rooms/r/versions/1"));
            check("GET /rooms/{room}/diff", 503, server.get("/rooms/r/diff?from=1&to=current"));
            check("POST /rooms/{room}/restore", 503, server.post("/rooms/r/restore", "{\"version_id\":1}"));
            check("GET /rooms/{room}/replay", 503, server.get("/rooms/r/replay?from=1&to=current"));
            check("GET /rooms/{room}/authors", 503, server.get("/rooms/r/authors"));
            check("GET /rooms/{room}/ai", 503, server.get("/rooms/r/ai"));
            check("GET /rooms/{room}/ai/{run}", 503, server.get("/rooms/r/ai/x"));
            check("POST /rooms/{room}/ai/{run}/apply", 503, server.post("/rooms/r/ai/x/apply", ""));
            check("POST /rooms/{room}/ai/{run}/decline", 503, server.post("/rooms/r/ai/x/decline", ""));
        }
    }
}
