package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.config.HistoryLimits;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.Message;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions over HTTP: shapes, refusals, and that nothing is changed by what is refused. */
@Timeout(120)
class HistoryTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final MemoryRoomStore STORE = new MemoryRoomStore();
    private static ServerFixture server;
    private static int rooms;

    private String room;

    @BeforeAll
    static void start() {
        server = ServerFixture.start(STORE, limits -> {
            limits.history = new HistoryLimits(Duration.ZERO, 50, 1_000, 5_000, 100);
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void makeTheRoom(TestInfo test) throws Exception {
        room = "/rooms/" + test.getTestMethod().orElseThrow().getName() + rooms++;
        assertEquals(201, server.put(room, "first\nlast\n").statusCode());
    }

    @Test
    void aParagraphBetweenTwoVersionsIsWhatDiffers() throws Exception {
        long before = capture("before");
        insert("ann", 6, "a paragraph\n");
        JsonNode captured = post("/versions", "{\"label\":\"after\",\"author\":\"kerim\"}", 201);
        assertEquals(List.of("id", "op_seq"), names(captured));
        assertEquals(1, captured.get("op_seq").longValue());
        long after = captured.get("id").longValue();

        assertEquals(
                JSON.readTree(
                        "{\"added\":[{\"id\":{\"site\":\"ann\",\"counter\":1},\"length\":12,"
                                + "\"text\":\"a paragraph\\n\",\"from\":6,\"to\":6,\"author\":\"ann\"}],\"removed\":[],\"moved\":[]}"),
                get("/diff?from=" + before + "&to=" + after));
        JsonNode nothing = JSON.readTree("{\"added\":[],\"removed\":[],\"moved\":[]}");
        assertEquals(nothing, get("/diff?from=" + after + "&to=" + after));
        assertEquals(nothing, get("/diff?from=" + after + "&to=current"));

        JsonNode list = get("/versions");
        assertEquals(2, list.size());
        JsonNode newest = list.get(0);
        assertEquals(List.of("id", "op_seq", "label", "author", "automatic", "created_at"), names(newest));
        assertEquals(after, newest.get("id").longValue());
        assertEquals("after", newest.get("label").textValue());
        assertEquals("kerim", newest.get("author").textValue());
        assertFalse(newest.get("automatic").booleanValue());
        assertTrue(newest.get("created_at").longValue() > 1_700_000_000_000L);
        assertEquals(before, list.get(1).get("id").longValue());

        JsonNode text = get("/versions/" + after);
        assertEquals("first\na paragraph\nlast\n", text.get("text").textValue());
        assertEquals(23, text.get("length").intValue());
        assertEquals("first\nlast\n", get("/versions/" + before).get("text").textValue());
    }

    @Test
    void versionsComePageByPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            capture("v" + i);
        }
        HttpResponse<String> first = server.get(room + "/versions?limit=3");
        assertEquals("[\"v4\",\"v3\",\"v2\"]", labels(first));
        String link = first.headers().firstValue("Link").orElseThrow();
        HttpResponse<String> second = server.get(link.substring(1, link.indexOf('>')));
        assertEquals("[\"v1\",\"v0\"]", labels(second));
        assertTrue(second.headers().firstValue("Link").isEmpty());
    }

    @Test
    void aLargeDeletionKeepsWhatWasThere() throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), room + "/ws")) {
            Document document =
                    Document.load("ann", member.read(Message.Sync.class).state());
            List<Operation> edits = new ArrayList<>(document.insert(0, "a text of some length, and "));
            edits.addAll(document.insert(6, " second"));
            String text = document.text();
            // One edit of many operations, for several have written it.
            edits.addAll(document.delete(0, document.length()));
            long seq = 0;
            for (Operation edit : edits) {
                member.message(new Message.Op(++seq, edit));
            }
            while (member.read(Message.Ack.class).seq() < seq) {
                // Until all of it is durable.
            }
            ServerFixture.await(() -> !STORE.versions()
                    .list(room.substring("/rooms/".length()), Long.MAX_VALUE, 1)
                    .isEmpty());
            JsonNode version = get("/versions").get(0);
            assertEquals("Before a large deletion", version.get("label").textValue());
            assertEquals(
                    text,
                    get("/versions/" + version.get("id").longValue())
                            .get("text")
                            .textValue());
        }
    }

    @Test
    void restoringSaysWhatItDidAndKeepsWhatOthersSee() throws Exception {
        long version = capture("v");
        try (RawConnection member = RawConnection.webSocket(server.port(), room + "/ws")) {
            Document document =
                    Document.load("ann", member.read(Message.Sync.class).state());
            List<Operation> edits = new ArrayList<>(document.delete(0, 6));
            edits.addAll(document.insert(0, "typed "));
            long seq = 0;
            for (Operation edit : edits) {
                member.message(new Message.Op(++seq, edit));
            }
            while (member.read(Message.Ack.class).seq() < seq) {
                // Until all of it is durable.
            }
            JsonNode answer = post("/restore", "{\"version_id\":" + version + "}", 200);
            assertTrue(answer.get("applied").booleanValue());
            assertEquals("first\n", answer.get("inserted").get(0).get("text").textValue());
            assertEquals("typed ", answer.get("removed").get(0).get("text").textValue());
            assertEquals(
                    "ann", answer.get("removed").get(0).get("id").get("site").textValue());
            while (!document.text().equals("first\nlast\n")) {
                document.apply(member.read(Message.Op.class).operation());
            }
            assertEquals("first\nlast\n", get("").get("text").textValue());
            long kept = answer.get("version_id").longValue();
            assertEquals("typed last\n", get("/versions/" + kept).get("text").textValue());
            assertEquals(
                    "Before a restore of v",
                    get("/versions").get(0).get("label").textValue());
            JsonNode again = post("/restore", "{\"version_id\":" + version + "}", 200);
            assertEquals(JSON.readTree("{\"applied\":true,\"inserted\":[],\"removed\":[]}"), again);
        }
    }

    @Test
    void aReplayGoesOpByOp() throws Exception {
        long from = capture("from");
        insert("ann", 0, "A");
        insert("bob", 1, "B");
        long to = capture("to");
        insert("cid", 0, "C");
        JsonNode replay = get("/replay?from=" + from + "&to=" + to);
        assertEquals("first\nlast\n", replay.get("text").textValue());
        assertEquals(0, replay.get("from_seq").longValue());
        assertEquals(2, replay.get("to_seq").longValue());
        assertEquals(
                JSON.readTree(
                        "[{\"seq\":1,\"site\":\"ann\",\"changes\":[{\"offset\":0,\"removed\":0,\"inserted\":\"A\"}]},"
                                + "{\"seq\":2,\"site\":\"bob\",\"changes\":[{\"offset\":1,\"removed\":0,\"inserted\":\"B\"}]}]"),
                replay.get("steps"));
        assertEquals(3, get("/replay?from=" + from + "&to=current").get("steps").size());
        JsonNode rest = get("/replay?from=" + from + "&to=current&after=2");
        assertEquals("ABfirst\nlast\n", rest.get("text").textValue());
        assertEquals(1, rest.get("steps").size());
        assertEquals(0, get("/replay?from=" + to + "&to=" + to).get("steps").size());
    }

    @Test
    void aLongReplayComesInParts() throws Exception {
        long from = capture("from");
        for (int i = 0; i < 130; i++) {
            insert("w" + i, 0, "x");
        }
        JsonNode first = get("/replay?from=" + from + "&to=current");
        assertEquals(100, first.get("steps").size());
        assertEquals(130, first.get("to_seq").longValue());
        JsonNode second = get("/replay?from=" + from + "&to=current&after=100");
        assertEquals("x".repeat(100) + "first\nlast\n", second.get("text").textValue());
        assertEquals(30, second.get("steps").size());
    }

    @Test
    void whoWroteWhat() throws Exception {
        insert("ann", 0, "AAA");
        insert("ann-later", 3, "BB");
        JsonNode authors = get("/authors");
        assertEquals("ann", authors.get(0).get("site").textValue());
        assertEquals(3, authors.get(0).get("length").intValue());
        assertEquals(3, authors.get(1).get("offset").intValue());
        assertEquals(2, authors.get(1).get("length").intValue());
        assertEquals(11, authors.get(2).get("length").intValue());
        assertEquals(3, authors.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /versions/999999 | | 404 | no_such_version",
                "GET  | /versions/x | | 400 | bad_version",
                "GET  | /versions/-1 | | 400 | bad_version",
                "GET  | /versions/99999999999999999999 | | 400 | bad_version",
                "GET  | /versions?before=x | | 400 | bad_before",
                "GET  | /versions?limit=0 | | 400 | bad_limit",
                "GET  | /diff | | 400 | bad_from",
                "GET  | /diff?from=1 | | 400 | bad_to",
                "GET  | /diff?from=a&to=1 | | 400 | bad_from",
                "GET  | /diff?from=999999&to=999999 | | 404 | no_such_version",
                "GET  | /replay?from=999999&to=current | | 404 | no_such_version",
                "GET  | /authors?version=x | | 400 | bad_version",
                "GET  | /authors?version=999999 | | 404 | no_such_version",
                "POST | /versions | {} | 400 | bad_label",
                "POST | /versions | {\"label\":\"\"} | 400 | bad_label",
                "POST | /versions | {\"label\":\"  \"} | 400 | bad_label",
                "POST | /versions | {\"label\":7} | 400 | bad_label",
                "POST | /versions | {\"label\":\"a\\u0007\"} | 400 | bad_label",
                "POST | /versions | {\"label\":\"a\",\"author\":\"\"} | 400 | bad_author",
                "POST | /versions | [] | 400 | bad_json",
                "POST | /versions | {\"label\": | 400 | bad_json",
                "POST | /versions | | 400 | bad_json",
                "POST | /restore | {} | 400 | bad_version",
                "POST | /restore | {\"version_id\":\"1\"} | 400 | bad_version",
                "POST | /restore | {\"version_id\":1.5} | 400 | bad_version",
                "POST | /restore | {\"version_id\":999999} | 404 | no_such_version",
                "DELETE | /versions | | 405 | method_not_allowed",
                "GET  | /restore | | 405 | method_not_allowed",
            })
    void badInputIsRefusedAndChangesNothing(String method, String path, String body, int status, String code)
            throws Exception {
        String digest = get("").get("digest").textValue();
        HttpResponse<String> response = server.send(server.request(room + path)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body)));
        assertProblem(status, code, response);
        assertEquals(digest, get("").get("digest").textValue());
        assertEquals(0, get("/versions").size());
    }

    @Test
    void aLabelOfTenMegabytesIsRefused() throws Exception {
        HttpResponse<String> response = server.send(server.request(room + "/versions")
                .POST(HttpRequest.BodyPublishers.ofString("{\"label\":\"" + "x".repeat(10 << 20) + "\"}")));
        assertProblem(413, "too_large", response);
        post("/versions", "{\"label\":\"" + "x".repeat(201) + "\"}", 400);
        post("/versions", "{\"label\":\"" + "x".repeat(200) + "\"}", 201);
        assertEquals(1, get("/versions").size());
    }

    @Test
    void aVersionOfAnotherRoomIsNoneOfThisOne() throws Exception {
        long mine = capture("mine");
        String digest = get("").get("digest").textValue();
        String other = room + "-other";
        server.put(other, "theirs");
        JsonNode theirs = JSON.readTree(server.send(server.request(other + "/versions")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"label\":\"theirs\"}")))
                .body());
        long id = theirs.get("id").longValue();
        assertProblem(404, "no_such_version", server.get(room + "/versions/" + id));
        assertProblem(404, "no_such_version", server.get(room + "/diff?from=" + mine + "&to=" + id));
        post("/restore", "{\"version_id\":" + id + "}", 404);
        assertEquals(digest, get("").get("digest").textValue());
    }

    @Test
    void fromAndToSwappedIsSaid() throws Exception {
        long first = capture("first");
        insert("ann", 0, "x");
        long second = capture("second");
        assertProblem(400, "swapped", server.get(room + "/diff?from=" + second + "&to=" + first));
        assertProblem(400, "swapped", server.get(room + "/replay?from=" + second + "&to=" + first));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/versions", "/versions/1", "/diff?from=1&to=1", "/replay?from=1&to=1", "/authors"})
    void aRoomThatIsNotThere(String path) throws Exception {
        assertProblem(404, "no_such_room", server.get("/rooms/nowhere" + path));
        assertTrue(STORE.load("nowhere").isEmpty());
    }

    @Test
    void aRoomThatIsTooLargeIsNotCompared() throws Exception {
        long before = capture("before");
        insert("ann", 0, "x".repeat(6_000));
        assertProblem(413, "too_large_to_compare", server.get(room + "/diff?from=" + before + "&to=current"));
        post("/restore", "{\"version_id\":" + before + "}", 413);
        assertEquals(6_011, get("").get("length").intValue());
    }

    @Test
    void pagesOfForeignOriginsMayNotPost() throws Exception {
        for (String path : List.of("/versions", "/restore")) {
            HttpResponse<String> response = server.send(server.request(room + path)
                    .header("Origin", "https://elsewhere.example")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"label\":\"x\",\"version_id\":1}")));
            assertProblem(403, "origin_not_allowed", response);
        }
        assertEquals(0, get("/versions").size());
    }

    private long capture(String label) throws Exception {
        return post("/versions", "{\"label\":\"" + label + "\"}", 201).get("id").longValue();
    }

    private JsonNode post(String path, String body, int status) throws Exception {
        HttpResponse<String> response =
                server.send(server.request(room + path).POST(HttpRequest.BodyPublishers.ofString(body)));
        assertEquals(status, response.statusCode(), response::body);
        return JSON.readTree(response.body());
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> response = server.get(room + path);
        assertEquals(200, response.statusCode(), response::body);
        return JSON.readTree(response.body());
    }

    /** Types into the room as a client of that name, and returns when it is durable. */
    private void insert(String site, int offset, String text) throws Exception {
        try (RawConnection member = RawConnection.webSocket(server.port(), room + "/ws")) {
            Document document =
                    Document.load(site, member.read(Message.Sync.class).state());
            for (Operation operation : document.insert(offset, text)) {
                member.message(new Message.Op(1, operation));
            }
            member.read(Message.Ack.class);
        }
    }

    private static String labels(HttpResponse<String> response) throws Exception {
        return JSON.writeValueAsString(JSON.readTree(response.body()).findValuesAsText("label"));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static void assertProblem(int status, String code, HttpResponse<String> response) throws Exception {
        assertEquals(status, response.statusCode(), response::body);
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("Content-Type").orElse(""));
        JsonNode problem = JSON.readTree(response.body());
        assertEquals(code, problem.get("code").textValue());
        assertFalse(problem.get("detail").textValue().isEmpty());
    }
}
