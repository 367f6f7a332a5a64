package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Document;
import dev.concord.server.testing.FaultyStore;
import dev.concord.store.RoomStore;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route, through a real port. */
@Timeout(120)
class HttpTest {
    /** Long enough for a request on a busy machine, short enough to wait for its end. */
    private static final Duration BRIEFLY = Duration.ofSeconds(3);

    private static final int BODY_BYTES = 100_000;
    private static final JsonMapper JSON = new JsonMapper();
    private static final MemoryRoomStore MEMORY = new MemoryRoomStore();
    private static final FaultyStore STORE = new FaultyStore(MEMORY);
    private static ServerFixture server;

    @BeforeAll
    static void start() {
        server = ServerFixture.start(
                STORE,
                limits -> {
                    limits.bodyBytes = BODY_BYTES;
                    limits.roomChars = 50_000;
                },
                "https://app.example");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    private static void assertProblem(int status, String code, HttpResponse<String> response) throws IOException {
        assertProblem(
                status,
                code,
                new RawConnection.Response(
                        response.statusCode(),
                        java.util.Map.of(
                                "Content-Type",
                                response.headers().firstValue("Content-Type").orElse("none")),
                        response.body()));
    }

    private static void assertProblem(int status, String code, RawConnection.Response response) throws IOException {
        assertEquals(status, response.status(), response.body());
        assertEquals("application/problem+json", response.header("Content-Type"));
        JsonNode problem = JSON.readTree(response.body());
        assertEquals(code, problem.get("code").asText());
        assertEquals(status, problem.get("status").asInt());
        assertTrue(problem.get("detail").asText().length() > 5);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    private static RawConnection.Response ask(String request) throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(request);
            return connection.response(!request.startsWith("HEAD"));
        }
    }

    // Routes

    @Test
    void theProcessLivesAndIsReady() throws Exception {
        assertEquals("ok\n", server.get("/healthz").body());
        assertEquals("ready\n", server.get("/readyz").body());
    }

    @Test
    void aStoreThatDoesNotAnswerMakesTheServerUnready() throws Exception {
        STORE.goAway();
        try {
            HttpResponse<String> response = server.get("/readyz");
            assertProblem(503, "not_ready", response);
            assertTrue(response.body().contains("store"));
            assertEquals(200, server.get("/healthz").statusCode());
        } finally {
            STORE.comeBack();
        }
        assertEquals(200, server.get("/readyz").statusCode());
    }

    @Test
    void metricsAreInThePrometheusFormat() throws Exception {
        HttpResponse<String> response = server.get("/metrics");
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                response.headers().firstValue("Content-Type").orElseThrow());
        for (String name : List.of("concord_rooms ", "concord_members ", "concord_refused_total{code=\"conflict\"}")) {
            assertTrue(response.body().contains("\n" + name), name);
        }
    }

    @Test
    void thePageAndItsScriptsComeWithSecurityHeaders() throws Exception {
        HttpResponse<String> page = server.get("/");
        assertEquals(200, page.statusCode());
        assertEquals(
                "text/html; charset=utf-8",
                page.headers().firstValue("Content-Type").orElseThrow());
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.contains("default-src 'none'"));
        assertTrue(policy.contains("frame-ancestors 'none'"));
        assertFalse(policy.contains("unsafe"));
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElseThrow());
        assertEquals("no-referrer", page.headers().firstValue("Referrer-Policy").orElseThrow());

        HttpResponse<String> script = server.get("/concord.js");
        assertEquals(200, script.statusCode());
        assertEquals(
                "text/javascript; charset=utf-8",
                script.headers().firstValue("Content-Type").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing.html",
                "/index",
                "/rooms/a/b",
                "/rooms/a/ws/",
                "/..%2f..%2findex.html",
                "/.html",
                "/a/index.html",
                "/%00.html",
                "//",
                "/index.html/"
            })
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertProblem(404, "no_such_page", ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    @Test
    void aRoomIsMadeOnceAndRead() throws Exception {
        assertProblem(404, "no_such_room", server.get("/rooms/made"));
        assertProblem(404, "no_such_room", server.get("/rooms/made/presence"));
        assertTrue(MEMORY.load("made").isEmpty(), "looking makes no rooms");

        HttpResponse<String> made = server.put("/rooms/made", "one\r\ntwo\rthree \uD83D\uDE00\n");
        assertEquals(201, made.statusCode());
        assertProblem(409, "room_exists", server.put("/rooms/made", "other"));

        JsonNode room = json(server.get("/rooms/made"));
        String text = "one\ntwo\nthree \uD83D\uDE00\n";
        assertEquals(text, room.get("text").asText());
        assertEquals(text.length(), room.get("length").asInt());
        assertEquals("made", room.get("room").asText());
        assertEquals(0, room.get("op_seq").asInt());
        Document stored = Document.load("x", MEMORY.load("made").orElseThrow().state());
        assertEquals(
                HexFormat.of().formatHex(stored.digest()), room.get("digest").asText());
        assertEquals(
                MEMORY.load("made").orElseThrow().epoch(), room.get("epoch").asText());
        assertEquals("[]", server.get("/rooms/made/presence").body());
    }

    @Test
    void anEmptyRoomCanBeMade() throws Exception {
        assertEquals(201, server.put("/rooms/empty", "").statusCode());
        assertEquals("", json(server.get("/rooms/empty")).get("text").asText());
    }

    @Test
    void presenceIsServedOverHttpToo() throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), "/rooms/present/ws")) {
            member.read(Message.Sync.class);
            member.text(
                    "{\"t\":\"presence\",\"user\":\"\\u003ci\\u003e\",\"cursor\":3,\"color\":\"#abc\",\"x\":{\"y\":1}}");
            member.text("{\"t\":\"op\"}");
            member.read(Message.Refusal.class);
            JsonNode present = json(server.get("/rooms/present/presence"));
            assertEquals(1, present.size());
            assertEquals("<i>", present.get(0).get("user").asText());
            assertEquals(1, present.get(0).get("x").get("y").asInt());
        }
    }

    @Test
    void theEditorComesWithItsModulesAndAPolicyThatAllowsItsImportMapOnly() throws Exception {
        HttpResponse<String> page = server.get("/editor/some.room~1");
        assertEquals(200, page.statusCode());
        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.matches(".*; script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='; .*"), policy);
        assertFalse(policy.contains("unsafe"));
        Matcher module = Pattern.compile("\"(/vendor/[^\"]+)\"").matcher(page.body());
        int modules = 0;
        while (module.find()) {
            assertEquals(200, server.get(module.group(1)).statusCode(), module.group(1));
            modules++;
        }
        assertEquals(11, modules);
        assertEquals(200, server.get("/watch").statusCode());
        assertEquals(404, server.get("/editor/bad%20room").statusCode());
        assertEquals(404, server.get("/editor/").statusCode());
        assertEquals(404, server.get("/vendor/../index.html").statusCode());
        assertEquals(404, server.get("/vendor/%2e%2e/index.html").statusCode());
    }

    @Test
    void aPageThatIsStillTheSameIsNotSentAgainAndIsCompressedForThoseWhoAsk() throws Exception {
        HttpResponse<String> script = server.get("/concord.js");
        String tag = script.headers().firstValue("ETag").orElseThrow();
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("GET /concord.js HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + tag + "\r\n\r\n");
            RawConnection.Response same = connection.response();
            assertEquals(304, same.status());
            assertEquals("0", same.header("Content-Length"));
            connection.send("GET /concord.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\n\r\n");
            RawConnection.Response small = connection.response();
            assertEquals(200, small.status());
            assertEquals("gzip", small.header("Content-Encoding"));
            assertTrue(Integer.parseInt(small.header("Content-Length"))
                    < script.body().length());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/healthz",
                "/readyz",
                "/metrics",
                "/",
                "/rooms/head",
                "/rooms/head/presence",
                "/nothing.js",
                "/editor/head"
            })
    void aHeadIsAGetWithoutItsBody(String path) throws Exception {
        server.put("/rooms/head", "text");
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("HEAD " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawConnection.Response head = connection.response(false);
            connection.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawConnection.Response get = connection.response();
            assertEquals(get.status(), head.status());
            assertEquals(get.header("Content-Type"), head.header("Content-Type"));
            assertTrue(Integer.parseInt(head.header("Content-Length")) > 0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /healthz | GET, HEAD",
                "DELETE | / | GET, HEAD",
                "PUT | /metrics | GET, HEAD",
                "OPTIONS | /readyz | GET, HEAD",
                "POST | /rooms/m | GET, HEAD, PUT, DELETE, PATCH",
                "DELETE | /rooms/m/ws | GET, HEAD",
                "TRACE | /rooms/m | GET, HEAD, PUT, DELETE, PATCH",
                "PUT | /rooms/m/ws | GET, HEAD",
                "POST | /rooms/m/presence | GET, HEAD",
                "BREW | /rooms/m | GET, HEAD, PUT, DELETE, PATCH",
            })
    void otherMethodsAreRefused(String method, String path, String allowed) throws Exception {
        RawConnection.Response response =
                ask(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        assertProblem(405, "method_not_allowed", response);
        assertEquals(allowed, response.header("Allow"));
        assertTrue(MEMORY.load("m").isEmpty());
    }

    // Ids

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/rooms/a%20b",
                "/rooms/%C3%A4",
                "/rooms/a%00",
                "/rooms/a:b",
                "/rooms/a*/presence",
                "/rooms//ws",
                "/rooms/.",
                "/rooms/../ws",
                "/rooms/%2e%2e",
                "/rooms/%0a"
            })
    void idsThatAreNoneAreRefused(String path) throws Exception {
        for (String method : List.of("GET", "PUT", "HEAD")) {
            RawConnection.Response response =
                    ask(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            assertEquals(400, response.status());
        }
        assertProblem(400, "bad_room_id", ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    @Test
    void anIdHasAtMost128Characters() throws Exception {
        assertProblem(400, "bad_room_id", server.get("/rooms/" + "a".repeat(129)));
        assertProblem(404, "no_such_room", server.get("/rooms/" + "a".repeat(128)));
    }

    @Test
    void anIdMayBeWrittenInPercents() throws Exception {
        server.put("/rooms/p.c_~-1", "text");
        assertEquals(
                "text", json(server.get("/rooms/%70%2Ec_%7E-1")).get("text").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/rooms/%zz", "/rooms/a%", "/rooms/a/ws?version=%zz", "/healthz?%", "/%c3%28%"})
    void pathsThatAreNotWellFormedAreRefused(String path) throws Exception {
        assertProblem(400, "bad_request", ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    // Bodies

    @Test
    void aBodyOverTheLimitIsRefusedHoweverItComes() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            String body = "x".repeat(BODY_BYTES + 1);
            connection.send(
                    "PUT /rooms/big HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            assertProblem(413, "too_large", connection.response());
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals(200, connection.response().status());
        }
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("PUT /rooms/big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
            for (int i = 0; i < 8; i++) {
                connection.send(chunk);
            }
            connection.send("0\r\n\r\n");
            assertProblem(413, "too_large", connection.response());
        }
        assertTrue(MEMORY.load("big").isEmpty());
    }

    @Test
    void aTextThatNoRoomMayHoldIsRefused() throws Exception {
        assertProblem(413, "too_large", server.put("/rooms/big", "x".repeat(50_001)));
        assertEquals(201, server.put("/rooms/full", "x".repeat(50_000)).statusCode());
    }

    @Test
    void aBodyThatIsNotUtf8IsRefused() throws Exception {
        for (byte[] body :
                List.of(new byte[] {(byte) 0xff}, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, new byte[] {
                    'a', (byte) 0xc3
                })) {
            HttpResponse<String> response =
                    server.send(server.request("/rooms/bytes").PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
            assertProblem(400, "not_utf8", response);
        }
        assertTrue(MEMORY.load("bytes").isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, 415",
        "text/html, 415",
        "text/plainer, 415",
        "text/plain, 201",
        "TEXT/Plain; charset=UTF-8, 201"
    })
    void onlyTextIsTaken(String type, int status) throws Exception {
        String path = "/rooms/type" + type.hashCode();
        HttpResponse<String> response = server.send(
                server.request(path).header("Content-Type", type).PUT(HttpRequest.BodyPublishers.ofString("{}")));
        assertEquals(status, response.statusCode());
    }

    @Test
    void aClientMayAskBeforeItSends() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(
                    "PUT /rooms/asked HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertEquals(100, connection.response().status());
            connection.send("hi");
            assertEquals(201, connection.response().status());
        }
    }

    // Connections

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        server.put("/rooms/piped", "text");
        try (RawConnection connection = new RawConnection(server.port())) {
            for (int round = 0; round < 20; round++) {
                connection.send(get("/rooms/piped") + get("/healthz")
                        + "PUT /rooms/piped HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\ny"
                        + get("/none"));
                assertTrue(connection.response().body().contains("\"text\":\"text\""));
                assertEquals("ok\n", connection.response().body());
                assertEquals(409, connection.response().status());
                assertEquals(404, connection.response().status());
            }
        }
    }

    @Test
    void whoAsksWithoutEndAndReadsNothingIsCutOff() throws Exception {
        server.put("/rooms/large", "x".repeat(50_000));
        try (RawConnection connection = new RawConnection(server.port())) {
            byte[] requests = "GET /rooms/large HTTP/1.1\r\nHost: x\r\n\r\n"
                    .repeat(100)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            boolean cut = false;
            for (int i = 0; i < 20_000 && !cut; i++) {
                try {
                    connection.send(requests);
                } catch (IOException reset) {
                    cut = true;
                }
            }
            assertTrue(cut);
        }
    }

    @Test
    void whoGoesInTheMidstOfARequestIsNoFaultOfTheServer() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("PUT /rooms/half HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");
        }
        try (RawConnection connection = RawConnection.webSocket(server.port(), "/rooms/half/ws")) {
            connection.send(RawConnection.frame(RawConnection.TEXT, new byte[] {'{'}));
        }
    }

    @Test
    void aClientThatWantsNoMoreIsClosed() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertEquals("close", connection.response().header("Connection"));
            assertTrue(connection.endsByItself());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nonsense\r\n\r\n", "GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", "\u0016\u0003\u0001\r\n\r\n"})
    void whatIsNotHttpIsRefusedAndClosed(String bytes) throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(bytes);
            assertProblem(400, "bad_request", connection.response());
            assertTrue(connection.endsByItself());
        }
    }

    @Test
    void headersAndLinesWithoutEndAreRefused() throws Exception {
        Map<Integer, String> endless = Map.of(
                414, "GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n",
                431, "GET / HTTP/1.1\r\nx: " + "y".repeat(100_000) + "\r\n\r\n");
        for (Map.Entry<Integer, String> request : endless.entrySet()) {
            try (RawConnection connection = new RawConnection(server.port())) {
                connection.send(request.getValue());
                assertEquals(request.getKey(), connection.response().status());
                assertTrue(connection.endsByItself());
            }
        }
    }

    @Test
    void aRequestThatDripsInIsNotWaitedFor() throws Exception {
        try (ServerFixture hasty = ServerFixture.start(limits -> limits.handshake = Duration.ofMillis(300))) {
            for (String start : List.of(
                    "",
                    "GET /healthz HTTP/1.1\r\nx: ",
                    "PUT /rooms/r HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n")) {
                try (RawConnection connection = new RawConnection(hasty.port())) {
                    connection.send(start);
                    boolean ended = false;
                    for (int i = 0; i < 1_000 && !ended; i++) {
                        ended = connection.endsWithin(20);
                        if (!ended && !start.isEmpty()) {
                            try {
                                connection.send("x");
                            } catch (IOException reset) {
                                ended = true;
                            }
                        }
                    }
                    assertTrue(ended, start);
                }
            }
        }
    }

    @Test
    void theNextRequestHasItsTimeToo() throws Exception {
        try (ServerFixture brief = ServerFixture.start(limits -> limits.handshake = BRIEFLY);
                RawConnection connection = new RawConnection(brief.port())) {
            connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals(200, connection.response().status());
            assertTrue(connection.endsByItself());
        }
    }

    // Upgrades

    private static int upgrade(String path, String... headers) throws IOException {
        return ask(RawConnection.upgrade(path, headers)).status();
    }

    @Test
    void anUpgradeNeedsItsHeaders() throws Exception {
        assertProblem(426, "upgrade_required", server.get("/rooms/u/ws"));
        String request = RawConnection.upgrade("/rooms/u/ws");
        RawConnection.Response old = ask(request.replace("Version: 13", "Version: 8"));
        assertProblem(426, "upgrade_required", old);
        assertEquals("13", old.header("Sec-WebSocket-Version"));
        assertProblem(426, "upgrade_required", ask(request.replace("Sec-WebSocket-Version: 13\r\n", "")));
        assertProblem(400, "bad_handshake", ask(request.replaceAll("Sec-WebSocket-Key: .*\r\n", "")));
        assertEquals(400, ask(request.replace("GET", "HEAD")).status());
        assertProblem(400, "bad_room_id", ask(RawConnection.upgrade("/rooms/a%20b/ws")));
        assertTrue(MEMORY.load("u").isEmpty(), "a refused upgrade makes no room");
    }

    @Test
    void anUpgradeThatFailsLeavesAConnectionThatIsWatched() throws Exception {
        List<RawConnection> connections = new ArrayList<>();
        try (ServerFixture brief = ServerFixture.start(limits -> limits.handshake = BRIEFLY)) {
            String noKey = RawConnection.upgrade("/rooms/u/ws").replaceAll("Sec-WebSocket-Key: .*\r\n", "");
            // At the same time, so that their time is waited for once.
            for (int i = 0; i < 8; i++) {
                RawConnection connection = new RawConnection(brief.port());
                connections.add(connection);
                connection.send(noKey);
            }
            for (RawConnection connection : connections) {
                assertEquals(400, connection.response().status());
                assertTrue(connection.endsByItself());
            }
        } finally {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
    }

    @Test
    void onlyPagesOfAllowedOriginsMayConnect() throws Exception {
        assertProblem(
                403, "origin_not_allowed", ask(RawConnection.upgrade("/rooms/o/ws", "Origin: https://evil.example")));
        assertEquals(403, upgrade("/rooms/o/ws", "Origin: null"));
        assertEquals(403, upgrade("/rooms/o/ws", "Origin: http://app.example"));
        assertTrue(MEMORY.load("o").isEmpty());
        assertEquals(101, upgrade("/rooms/o/ws", "Origin: https://app.example"));
        assertEquals(101, upgrade("/rooms/o/ws", "Origin: http://localhost"));
        assertEquals(101, upgrade("/rooms/o/ws"));
    }

    @Test
    void upgradesThatAreRefusedAreCountedByReason() throws Exception {
        try (ServerFixture named = ServerFixture.startNamed("docs.example")) {
            for (String request : List.of(
                    RawConnection.upgrade("/rooms/o/ws", "Origin: https://evil.example"),
                    RawConnection.upgrade("/rooms/o/ws", "Origin: https://evil.example"),
                    RawConnection.upgrade("/rooms/%20/ws"),
                    "GET /rooms/o/ws HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "GET /rooms/o/ws HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
                    "GET /rooms/o HTTP/1.1\r\nHost: elsewhere\r\n\r\n")) {
                try (RawConnection connection = new RawConnection(named.port())) {
                    connection.send(request);
                    assertTrue(connection.response().status() >= 400);
                }
            }
            assertEquals(2, named.metric("concord_upgrades_refused_total{reason=\"origin_not_allowed\"}"));
            assertEquals(1, named.metric("concord_upgrades_refused_total{reason=\"bad_room_id\"}"));
            assertEquals(1, named.metric("concord_upgrades_refused_total{reason=\"upgrade_required\"}"));
            assertEquals(1, named.metric("concord_upgrades_refused_total{reason=\"host_not_allowed\"}"));
            assertEquals(0, named.metric("concord_upgrades_refused_total{reason=\"bad_handshake\"}"));
        }
    }

    /** The rooms live on different loops: for some, the connection moves from one to another before it is a WebSocket. */
    @Test
    void whatComesInOnePacketWithTheHandshakeDisturbsNobody() throws Exception {
        RoomStore store = new MemoryRoomStore();
        try (ServerFixture quiet = ServerFixture.start(store, limits -> {})) {
            byte[] op = RawConnection.frame(
                    RawConnection.FINAL | RawConnection.TEXT,
                    "{\"t\":\"early\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            String early = new String(op, java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 16; i++) {
                String upgrade = RawConnection.upgrade("/rooms/early" + i + "/ws");
                for (String packet : List.of(
                        upgrade + early,
                        upgrade + upgrade,
                        upgrade + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                        upgrade + upgrade.repeat(40))) {
                    try (RawConnection connection = new RawConnection(quiet.port())) {
                        connection.send(packet);
                        RawConnection.Response response;
                        try {
                            response = connection.response();
                        } catch (IOException cutOff) {
                            continue;
                        }
                        assertEquals(101, response.status());
                    }
                }
                try (RawConnection sound = RawConnection.webSocket(quiet.port(), "/rooms/early" + i + "/ws")) {
                    sound.read(Message.Sync.class);
                }
            }
            ServerFixture.await(() -> quiet.metric("concord_members") == 0);
        }
    }
}
