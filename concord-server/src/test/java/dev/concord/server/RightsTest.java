package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Secret;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What administrators decide, on two servers with one store and without a Redis. */
@Timeout(120)
class RightsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final AuthConfig CONFIG =
            new AuthConfig(AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), null, null);
    private static final String ROOT = Tokens.of("root", Map.of("*", "admin"));

    private static ServerFixture here;
    private static ServerFixture there;

    @BeforeAll
    static void start() {
        MemoryRoomStore store = new MemoryRoomStore();
        here = ServerFixture.startAsking(new SharedStore(store), CONFIG);
        there = ServerFixture.startAsking(new SharedStore(store), CONFIG);
    }

    @AfterAll
    static void stop() {
        here.close();
        there.close();
    }

    private static HttpResponse<String> ask(ServerFixture server, String token, String method, String path, String body)
            throws Exception {
        HttpRequest.BodyPublisher publisher =
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return server.send(
                server.request(path).header("Authorization", "Bearer " + token).method(method, publisher));
    }

    private static void make(String room) throws Exception {
        assertEquals(
                201, ask(here, ROOT, "PUT", "/rooms/" + room, "text of " + room).statusCode());
    }

    private static RawConnection open(ServerFixture server, String room, String token) throws IOException {
        RawConnection connection = new RawConnection(server.port());
        connection.send(RawConnection.upgrade("/rooms/" + room + "/ws", "Authorization: Bearer " + token));
        assertEquals(101, connection.response().status());
        return connection;
    }

    private static Message.Op op(long seq, String site) {
        return new Message.Op(seq, new Operation.Insert(new ElementId(site, seq), Anchor.after(ElementId.HEAD), "x"));
    }

    @Test
    void aRightThatIsLoweredOrTakenReachesLiveConnectionsOnBothServers() throws Exception {
        make("taken");
        String ann = Tokens.of("ann", Map.of("taken", "write"));
        try (RawConnection one = open(here, "taken", ann);
                RawConnection other = open(there, "taken", ann)) {
            assertEquals("write", one.read(Message.Sync.class).right());
            assertEquals("write", other.read(Message.Sync.class).right());
            assertEquals(
                    200,
                    ask(here, ROOT, "PUT", "/rooms/taken/access/ann", "{\"right\":\"read\"}")
                            .statusCode());
            for (RawConnection member : List.of(one, other)) {
                assertEquals("read", member.read(Message.Sync.class).right());
                member.message(op(1, "a"));
                assertEquals(
                        ErrorCode.FORBIDDEN, member.read(Message.Refusal.class).code());
            }
            assertEquals(
                    200,
                    ask(there, ROOT, "PUT", "/rooms/taken/access/ann", "{\"right\":\"none\"}")
                            .statusCode());
            assertEquals(4403, one.frame().closeCode());
            assertEquals(4403, other.frame().closeCode());
        }
        assertEquals(404, ask(here, ann, "GET", "/rooms/taken", "").statusCode());
        JsonNode list =
                JSON.readTree(ask(here, ROOT, "GET", "/rooms/taken/access", "").body());
        assertEquals(1, list.size());
        assertEquals("ann", list.get(0).get("user").textValue());
        assertEquals("none", list.get(0).get("right").textValue());
        assertEquals("root", list.get(0).get("by").textValue());

        assertEquals(
                204, ask(here, ROOT, "DELETE", "/rooms/taken/access/ann", "").statusCode());
        assertEquals(200, ask(here, ann, "GET", "/rooms/taken", "").statusCode());
    }

    @Test
    void aListGivesWhatATokenDoesNot() throws Exception {
        make("given");
        String bob = Tokens.of("bob", Map.of());
        assertEquals(404, ask(there, bob, "GET", "/rooms/given", "").statusCode());
        ask(here, ROOT, "PUT", "/rooms/given/access/bob", "{\"right\":\"admin\"}");
        Await.until(
                "the other server to know",
                () -> answer(() -> ask(there, bob, "GET", "/rooms/given/access", "")) == 200);
        assertEquals(
                403,
                ask(here, bob, "POST", "/tokens/revoke", "{\"sub\":\"root\"}").statusCode());
    }

    private interface Asking {
        HttpResponse<String> ask() throws Exception;
    }

    private static int answer(Asking asking) {
        try {
            return asking.ask().statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTokenThatIsRevokedEndsItsConnectionsOnBothServers() throws Exception {
        make("revoked");
        String eve = Tokens.with("eve", Map.of("revoked", "write"), claims -> claims.jwtID("t-1"));
        String again = Tokens.with("eve", Map.of("revoked", "write"), claims -> claims.jwtID("t-2"));
        try (RawConnection one = open(here, "revoked", eve);
                RawConnection other = open(there, "revoked", eve);
                RawConnection stays = open(there, "revoked", again)) {
            one.read(Message.Sync.class);
            other.read(Message.Sync.class);
            stays.read(Message.Sync.class);
            assertEquals(
                    204,
                    ask(here, ROOT, "POST", "/tokens/revoke", "{\"jti\":\"t-1\"}")
                            .statusCode());
            assertEquals(4401, one.frame().closeCode());
            assertEquals(4401, other.frame().closeCode());
            stays.message(op(1, "e"));
            assertEquals(1, stays.read(Message.Ack.class).seq());
            assertTrue(ask(here, eve, "GET", "/rooms/revoked", "").body().contains("token_revoked"));

            ask(here, ROOT, "POST", "/tokens/revoke", "{\"sub\":\"eve\"}");
            assertEquals(4401, stays.frame().closeCode());
            String later = Tokens.with(
                    "eve",
                    Map.of("revoked", "write"),
                    claims -> claims.issueTime(Date.from(Instant.now().plusSeconds(2))));
            assertEquals(200, ask(here, later, "GET", "/rooms/revoked", "").statusCode());
        }
    }

    @Test
    void aLinkLetsInWithANameOfOnesOwnUntilItIsEnded() throws Exception {
        make("linked");
        HttpResponse<String> made =
                ask(here, ROOT, "POST", "/rooms/linked/links", "{\"right\":\"read\",\"expires\":\"8h\"}");
        assertEquals(201, made.statusCode(), made::body);
        JsonNode link = JSON.readTree(made.body());
        String key = link.get("link").textValue().replaceFirst("^/editor/linked#k=", "");
        Await.until(
                "the other server to know the link",
                () -> answer(() -> ask(there, key, "GET", "/rooms/linked", "")) == 200);
        assertEquals(404, ask(here, key, "GET", "/rooms/taken", "").statusCode());
        String id = link.get("id").textValue();
        try (RawConnection root = open(there, "linked", ROOT);
                RawConnection guest = open(there, "linked", key)) {
            root.read(Message.Sync.class);
            assertEquals("read", guest.read(Message.Sync.class).right());
            guest.message(new Message.Presence("Guest", 0, ""));
            Message.Presence shown = root.read(Message.Presence.class);
            assertEquals("Guest", shown.user());
            assertEquals(id, shown.extras().get("sub"));
            JsonNode list = JSON.readTree(
                    ask(here, ROOT, "GET", "/rooms/linked/links", "").body());
            assertEquals(id, list.get(0).get("id").textValue());
            assertFalse(list.toString().contains(key), "keys are not listed");

            assertEquals(
                    204,
                    ask(here, ROOT, "DELETE", "/rooms/linked/links/" + id, "").statusCode());
            assertEquals(4403, guest.frame().closeCode());
        }
        assertEquals(404, ask(here, key, "GET", "/rooms/linked", "").statusCode());
    }

    @Test
    void aLaterRoomOfThatNameHasNoListAndNoLinks() throws Exception {
        make("gone");
        JsonNode link = JSON.readTree(ask(here, ROOT, "POST", "/rooms/gone/links", "{\"right\":\"admin\"}")
                .body());
        String key = link.get("link").textValue().replaceFirst(".*#k=", "");
        String bob = Tokens.of("bob", Map.of());
        ask(here, ROOT, "PUT", "/rooms/gone/access/bob", "{\"right\":\"read\"}");
        assertEquals(200, ask(here, key, "GET", "/rooms/gone", "").statusCode());
        assertEquals(204, ask(here, ROOT, "DELETE", "/rooms/gone", "").statusCode());
        make("gone");
        Await.until("the list to be gone", () -> answer(() -> ask(here, bob, "GET", "/rooms/gone", "")) == 404);
        assertEquals(404, ask(here, key, "GET", "/rooms/gone", "").statusCode());
    }

    @Test
    void whatCannotBeReadIsRefused() throws Exception {
        make("odd");
        for (String body : List.of("{}", "{\"right\":\"owner\"}", "{\"right\":\"comment\"}", "[]", "{\"right\":7}")) {
            assertEquals(
                    400, ask(here, ROOT, "PUT", "/rooms/odd/access/ann", body).statusCode(), body);
        }
        for (String body : List.of(
                "{\"right\":\"none\"}",
                "{\"right\":\"read\",\"expires\":\"soon\"}",
                "{\"right\":\"read\",\"expires\":\"999d\"}")) {
            assertEquals(400, ask(here, ROOT, "POST", "/rooms/odd/links", body).statusCode(), body);
        }
        assertEquals(400, ask(here, ROOT, "POST", "/tokens/revoke", "{}").statusCode());
        try (ServerFixture open = ServerFixture.start(limits -> {})) {
            assertEquals(409, open.get("/rooms/odd/access").statusCode());
        }
    }
}
