package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Document;
import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.HistoryLimits;
import dev.concord.server.config.RetentionLimits;
import dev.concord.server.config.Secret;
import dev.concord.server.history.Retention;
import dev.concord.server.room.Close;
import dev.concord.store.LogPage;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.Message;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lists of rooms, titles, purging and retention, over a real port. */
@Timeout(120)
class RoomLifeTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final MemoryRoomStore store = new MemoryRoomStore(now::get);

    private static List<String> names(HttpResponse<String> response) throws Exception {
        assertEquals(200, response.statusCode(), response::body);
        List<String> names = new ArrayList<>();
        JSON.readTree(response.body())
                .forEach(room -> names.add(room.get("room").asText()));
        return names;
    }

    private static HttpResponse<String> patch(ServerFixture server, String path, String json) throws Exception {
        return server.send(server.request(path).method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
    }

    @Test
    void roomsAreListedByTheirNewestChangePageByPage() throws Exception {
        try (ServerFixture server = ServerFixture.start(store, limits -> {})) {
            for (String room : List.of("team-a", "team-b", "other", "team-c")) {
                assertEquals(201, server.put("/rooms/" + room, "text").statusCode());
                now.incrementAndGet();
            }
            HttpResponse<String> titled = patch(server, "/rooms/team-a", "{\"title\":\"B\u00fcdget & plans\"}");
            assertEquals(200, titled.statusCode());
            assertEquals(
                    "B\u00fcdget & plans",
                    JSON.readTree(titled.body()).get("title").asText());
            JsonNode about = JSON.readTree(server.get("/rooms/team-a/about").body());
            assertEquals(1_000_000, about.get("created_at").asLong());
            assertEquals(1_000_004, about.get("changed_at").asLong());
            assertEquals(4, about.get("length").asInt());

            assertEquals(List.of("team-a", "team-c", "other", "team-b"), names(server.get("/rooms")));
            HttpResponse<String> first = server.get("/rooms?prefix=team-&limit=2");
            assertEquals(List.of("team-a", "team-c"), names(first));
            String link = first.headers().firstValue("Link").orElseThrow();
            HttpResponse<String> second = server.get(link.substring(1, link.indexOf('>')));
            assertEquals(List.of("team-b"), names(second));
            assertTrue(second.headers().firstValue("Link").isEmpty());
            assertEquals(List.of("team-a"), names(server.get("/rooms?q=b%C3%9CDGET%20%26")));
            assertEquals(400, server.get("/rooms?after=x").statusCode());
            assertEquals(200, patch(server, "/rooms/team-a", "{\"title\":\"\"}").statusCode());
            assertEquals(List.of(), names(server.get("/rooms?q=plans")));
        }
    }

    @Test
    void onlyRoomsThatTheCallerMayReadAreListedAndChangesCarryTheUser() throws Exception {
        AuthConfig auth =
                new AuthConfig(AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), null, null);
        try (ServerFixture server = ServerFixture.startAsking(store, auth)) {
            String ann = token("ann", Map.of("*", "write"));
            String bob = token("bob", Map.of("open-*", "read"));
            for (String room : List.of("secret", "open-1", "open-2")) {
                assertEquals(
                        201,
                        server.send(server.request("/rooms/" + room)
                                        .header("Authorization", "Bearer " + ann)
                                        .PUT(HttpRequest.BodyPublishers.ofString("text")))
                                .statusCode());
                now.incrementAndGet();
            }
            assertEquals(List.of("open-2", "open-1", "secret"), names(get(server, "/rooms", ann)));
            assertEquals(List.of("open-2", "open-1"), names(get(server, "/rooms", bob)));
            assertEquals(List.of(), names(get(server, "/rooms?prefix=secret", bob)));
            assertEquals(401, server.get("/rooms").statusCode());
            assertEquals(404, get(server, "/rooms/secret/about", bob).statusCode());
            JsonNode about =
                    JSON.readTree(get(server, "/rooms/secret/about", ann).body());
            assertEquals("ann", about.get("created_by").asText());
            assertEquals("ann", about.get("changed_by").asText());
        }
    }

    private static String token(String user, Map<String, String> rooms) {
        return Tokens.with(
                user,
                rooms,
                claims -> claims.expirationTime(Date.from(Instant.now().plusSeconds(3600))));
    }

    private static HttpResponse<String> get(ServerFixture server, String path, String token) throws Exception {
        return server.send(server.request(path).header("Authorization", "Bearer " + token));
    }

    @Test
    void aPurgeLeavesTheTextAndTheMembersAndTakesUnsentEditsThatReferToWhatIsGone() throws Exception {
        try (ServerFixture server = ServerFixture.start(store, limits -> {})) {
            Document hers = new Document("ann");
            Document offline;
            try (RawConnection ann = RawConnection.webSocket(server.port(), "/rooms/r/ws")) {
                ann.read(Message.Sync.class);
                ann.message(new Message.Op(1, hers.insert(0, "open secret end").get(0)));
                ann.read(Message.Ack.class);
                offline = Document.load("bob", hers.encode());
                // Beside what is deleted meanwhile.
                var unsent = offline.insert(11, " (bob)");
                ann.message(new Message.Op(2, hers.delete(4, 7).get(0)));
                ann.read(Message.Ack.class);
                assertEquals(
                        201,
                        server.post("/rooms/r/versions", "{\"label\":\"v\"}").statusCode());
                assertEquals(204, server.post("/rooms/r/purge", "").statusCode());

                assertEquals("[]", server.get("/rooms/r/versions").body());
                String epoch = store.load("r").orElseThrow().epoch();
                assertTrue(store.read("r", epoch, 0, 10) instanceof LogPage.Pruned);
                assertFalse(new String(store.load("r").orElseThrow().state(), java.nio.charset.StandardCharsets.UTF_8)
                        .contains("secret"));
                // Still here, and so is the room's history for whoever was away.
                try (RawConnection bob = RawConnection.webSocket(server.port(), "/rooms/r/ws?epoch=" + epoch)) {
                    bob.read(Message.Sync.class);
                    bob.message(new Message.Op(1, unsent.get(0)));
                    bob.read(Message.Ack.class);
                }
                ann.read(Message.Op.class);
            }
            assertEquals(
                    "open (bob) end",
                    JSON.readTree(server.get("/rooms/r").body()).get("text").asText());
        }
    }

    @Test
    void retentionForgetsVersionsAndDeletesIdleRooms() throws Exception {
        RetentionLimits kept =
                new RetentionLimits(Duration.ofDays(2), Duration.ofDays(4), 2, Duration.ofDays(9), Duration.ofHours(1));
        try (ServerFixture server = ServerFixture.start(store, limits -> limits.history = HistoryLimits.DEFAULT)) {
            server.put("/rooms/idle", "text");
            server.put("/rooms/busy", "text");
            for (int i = 0; i < 4; i++) {
                server.post("/rooms/busy/versions", "{\"label\":\"v" + i + "\"}");
            }
            Retention retention = server.server.retention(kept, now::get);
            try (RawConnection reader = RawConnection.webSocket(server.port(), "/rooms/idle/ws")) {
                reader.read(Message.Sync.class);
                retention.run();
                assertEquals(
                        2,
                        JSON.readTree(server.get("/rooms/busy/versions").body()).size());
                now.addAndGet(Duration.ofDays(5).toMillis());
                retention.run();
                assertEquals(
                        0,
                        JSON.readTree(server.get("/rooms/busy/versions").body()).size());
                assertEquals(200, server.get("/rooms/idle").statusCode());

                patch(server, "/rooms/busy", "{\"title\":\"still in use\"}");
                now.addAndGet(Duration.ofDays(5).toMillis());
                retention.run();
                assertEquals(Close.NO_SUCH_ROOM.code(), reader.frame().closeCode());
            }
            assertEquals(List.of("busy"), names(server.get("/rooms")));
        }
    }
}
