package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.PlainJWT;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Issuer;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.Tokens;
import dev.concord.server.auth.jwt.OwnTokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Secret;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in with which token, over HTTP and through WebSockets of a real port. */
@Timeout(120)
class AuthTest {
    private static final String AUDIENCE = "concord";
    private static final AuthConfig CONFIG = new AuthConfig(
            AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), "https://id.example", AUDIENCE);
    private static ServerFixture server;

    @BeforeAll
    static void start() {
        server = ServerFixture.startAsking(new MemoryRoomStore(), CONFIG);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String token(String user, Map<String, String> rooms) {
        return token(user, rooms, Instant.now().plusSeconds(3600));
    }

    private static String token(String user, Map<String, String> rooms, Instant end) {
        return Tokens.with(
                user,
                rooms,
                claims -> claims.issuer("https://id.example")
                        .audience(AUDIENCE)
                        .claim("name", "Name of " + user)
                        .expirationTime(Date.from(end)));
    }

    private static RawConnection upgrade(String room, String query, String... headers) throws IOException {
        RawConnection connection = new RawConnection(server.port());
        connection.send(RawConnection.upgrade("/rooms/" + room + "/ws" + query, headers));
        assertEquals(101, connection.response().status());
        return connection;
    }

    private static RawConnection open(String room, String token) throws IOException {
        return upgrade(room, "", "Authorization: Bearer " + token);
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        return server.send(server.request(path).header("Authorization", "Bearer " + token));
    }

    private static Message.Op op(long seq, String site, long counter, String text) {
        return new Message.Op(
                seq,
                new Operation.Insert(
                        new ElementId(site, counter),
                        Anchor.after(counter == 1 ? ElementId.HEAD : new ElementId(site, counter - 1)),
                        text));
    }

    private static void put(String room, String text) throws Exception {
        HttpResponse<String> made = server.send(server.request("/rooms/" + room)
                .header("Authorization", "Bearer " + token("root", Map.of("*", "admin")))
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString(text)));
        assertEquals(201, made.statusCode(), made::body);
    }

    @Test
    void aTokenInTheHeaderInTheQueryOrInTheFirstFrameLetsIn() throws Exception {
        String token = token("ann", Map.of("three-*", "write"));
        try (RawConnection header = open("three-ways", token);
                RawConnection query = upgrade("three-ways", "?token=" + token);
                RawConnection frame = upgrade("three-ways", "")) {
            assertEquals("write", header.read(Message.Sync.class).right());
            assertEquals("write", query.read(Message.Sync.class).right());
            frame.message(new Message.Auth(token));
            assertEquals("write", frame.read(Message.Sync.class).right());
        }
    }

    @Test
    void nothingIsSentOrTakenBeforeTheToken() throws Exception {
        try (RawConnection member = upgrade("silent", "")) {
            member.message(op(1, "a", 1, "x"));
            assertEquals(4401, member.frame().closeCode());
        }
        assertEquals(
                404, get("/rooms/silent", token("root", Map.of("*", "admin"))).statusCode());
    }

    @Test
    void anInvalidTokenEndsTheConnection() throws Exception {
        String expired = token("ann", Map.of("*", "admin"), Instant.now().minusSeconds(120));
        try (RawConnection member = open("r", expired)) {
            assertEquals(4401, member.frame().closeCode());
        }
        try (RawConnection member = upgrade("r", "")) {
            member.message(new Message.Auth("nonsense"));
            assertEquals(4401, member.frame().closeCode());
        }
    }

    @Test
    void whoeverMayOnlyReadReadsAndWritesNothing() throws Exception {
        put("reading", "hello");
        try (RawConnection writer = open("reading", token("ann", Map.of("reading", "write")));
                RawConnection reader = open("reading", token("bob", Map.of("reading", "read")))) {
            writer.read(Message.Sync.class);
            assertEquals("read", reader.read(Message.Sync.class).right());
            reader.message(op(7, "b", 1, "no"));
            Message.Refusal refused = reader.read(Message.Refusal.class);
            assertEquals(ErrorCode.FORBIDDEN, refused.code());
            assertEquals(7, refused.seq());

            writer.message(op(1, "a", 1, "yes"));
            assertEquals(op(0, "a", 1, "yes"), reader.read(Message.Op.class));
        }
    }

    @Test
    void whoeverMayOnlyReadMakesNoRoomByLooking() throws Exception {
        try (RawConnection reader = open("not-there", token("bob", Map.of("*", "read")))) {
            assertEquals(4404, reader.frame().closeCode());
        }
        assertEquals(
                404,
                get("/rooms/not-there", token("root", Map.of("*", "admin"))).statusCode());
    }

    @Test
    void aRoomThatIsHiddenAnswersLikeOneThatIsNotThere() throws Exception {
        put("hidden", "secret");
        String token = token("eve", Map.of("others", "admin"));
        HttpResponse<String> hidden = get("/rooms/hidden", token);
        HttpResponse<String> none = get("/rooms/no-room", token);
        assertEquals(404, hidden.statusCode());
        assertEquals(none.body(), hidden.body());
        for (String room : new String[] {"hidden", "no-room"}) {
            try (RawConnection eve = open(room, token)) {
                assertEquals(4403, eve.frame().closeCode());
            }
        }
    }

    @Test
    void theLongestPatternCounts() throws Exception {
        put("team-a", "a");
        put("team-b", "b");
        String token = token("ann", Map.of("*", "none", "team-*", "read", "team-b", "write"));
        assertEquals(200, get("/rooms/team-a", token).statusCode());
        try (RawConnection a = open("team-a", token);
                RawConnection b = open("team-b", token)) {
            assertEquals("read", a.read(Message.Sync.class).right());
            assertEquals("write", b.read(Message.Sync.class).right());
        }
        assertEquals(404, get("/rooms/other", token).statusCode());
    }

    @Test
    void tokensThatAreNotSoundAreRefusedAlike() throws Exception {
        Map<String, String> all = Map.of("*", "admin");
        String sound = token("ann", all);
        String none = new PlainJWT(Tokens.claims("ann", all, claims -> {})).serialize();
        String otherSecret = Tokens.signed(
                "another secret of at least thirty-two bytes",
                JWSAlgorithm.HS256,
                Tokens.claims(
                        "ann",
                        all,
                        claims -> claims.issuer("https://id.example").audience(AUDIENCE)));
        for (String token : new String[] {
            none,
            otherSecret,
            sound.substring(0, sound.length() - 4) + "AAAA",
            Tokens.with(
                    "ann", all, claims -> claims.issuer("https://id.example").audience("other")),
            Tokens.with(
                    "ann", all, claims -> claims.issuer("https://other.example").audience(AUDIENCE)),
            Tokens.with(
                    "ann",
                    all,
                    claims -> claims.issuer("https://id.example")
                            .audience(AUDIENCE)
                            .expirationTime(null)),
            Tokens.with(null, all, claims -> claims.issuer("https://id.example").audience(AUDIENCE))
        }) {
            HttpResponse<String> answer = get("/rooms/any", token);
            assertEquals(401, answer.statusCode(), answer::body);
            assertTrue(
                    answer.headers().firstValue("WWW-Authenticate").orElse("").startsWith("Bearer"));
        }
        HttpResponse<String> nobody = server.get("/rooms/any");
        assertEquals(401, nobody.statusCode());
        assertTrue(nobody.body().contains("not_authenticated"), nobody::body);
        HttpResponse<String> late =
                get("/rooms/any", token("ann", all, Instant.now().minusSeconds(120)));
        assertTrue(late.body().contains("token_expired"), late::body);
        assertEquals(200, server.get("/healthz").statusCode());
    }

    @Test
    void theEndOfATokenIsAnnouncedAndAnotherTokenTakesItsPlace() throws Exception {
        Instant end = Instant.now().plusSeconds(2);
        Map<String, String> rooms = Map.of("refresh", "write");
        try (RawConnection stays = open("refresh", token("ann", rooms, end));
                RawConnection goes = open("refresh", token("ann", rooms, end))) {
            stays.read(Message.Sync.class);
            goes.read(Message.Sync.class);
            assertEquals(
                    end.getEpochSecond(), stays.read(Message.AuthExpiry.class).expires());
            stays.message(new Message.Auth(token("ann", Map.of("refresh", "read"))));
            assertEquals("read", stays.read(Message.Sync.class).right());

            assertEquals(
                    end.getEpochSecond(), goes.read(Message.AuthExpiry.class).expires());
            assertEquals(4401, goes.frame().closeCode());
            stays.message(op(1, "a", 1, "x"));
            assertEquals(ErrorCode.FORBIDDEN, stays.read(Message.Refusal.class).code());
        }
    }

    @Test
    void aTokenOfSomebodyElseDoesNotTakeThePlaceOfTheFirst() throws Exception {
        try (RawConnection member = open("swap", token("ann", Map.of("*", "write")))) {
            member.read(Message.Sync.class);
            member.message(new Message.Auth(token("bob", Map.of("*", "write"))));
            assertEquals(4401, member.frame().closeCode());
        }
    }

    @Test
    void othersAreShownTheUserAndNotWhatAClientClaims() throws Exception {
        try (RawConnection ann = open("who", token("ann", Map.of("*", "write")));
                RawConnection bob = open("who", token("bob", Map.of("*", "write")))) {
            ann.read(Message.Sync.class);
            bob.read(Message.Sync.class);
            bob.message(new Message.Presence("Ann", 0, "", Map.of("sub", "ann")));
            Message.Presence shown = ann.read(Message.Presence.class);
            assertEquals("Name of bob", shown.user());
            assertEquals("bob", shown.extras().get("sub"));
        }
    }

    @Test
    void aTokenThatCannotBeCheckedJustNowIsNotCalledWrongAndEndsNoConnection(@TempDir Path directory) throws Exception {
        Path keys = Files.writeString(directory.resolve("keys.json"), "not written yet");
        AuthConfig config = new AuthConfig(
                AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, Secret.NONE, keys.toUri(), null, null, Secret.NONE);
        String unknown = Issuer.of(JWSAlgorithm.ES256, "key").token("ann", Map.of("*", "write"));
        MemoryRoomStore store = new MemoryRoomStore();
        try (ServerFixture waiting = ServerFixture.startAsking(store, config)) {
            byte[] key = store.accessRows().key(OwnTokens.KEY_NAME);
            String link = new OwnTokens(key, Clock.systemUTC())
                    .open(Map.of("*", Right.ADMIN), Duration.ofHours(1))
                    .text();
            HttpResponse<String> answer =
                    waiting.send(waiting.request("/rooms/r").header("Authorization", "Bearer " + unknown));
            assertEquals(503, answer.statusCode(), answer::body);
            assertTrue(answer.body().contains("auth_unavailable"), answer::body);
            try (RawConnection refused = RawConnection.webSocket(waiting.port(), "/rooms/r/ws?token=" + unknown)) {
                assertEquals(1013, refused.frame().closeCode());
            }
            try (RawConnection member = RawConnection.webSocket(waiting.port(), "/rooms/r/ws?token=" + link)) {
                member.read(Message.Sync.class);
                member.message(new Message.Auth(unknown));
                member.message(op(1, "a", 1, "x"));
                assertEquals(1, member.read(Message.Ack.class).seq());
            }
        }
    }

    @Test
    void metricsAreForWhoeverHasTheirToken() throws Exception {
        String token = "metrics of the operator";
        AuthConfig config = new AuthConfig(
                AuthConfig.Mode.NONE, AuthConfig.Source.BOTH, Secret.NONE, null, null, null, new Secret(token));
        try (ServerFixture closed = ServerFixture.startAsking(new MemoryRoomStore(), config)) {
            assertEquals(401, closed.get("/metrics").statusCode());
            for (String wrong : new String[] {"", "metrics of the operato", token + "!", "Basic"}) {
                HttpResponse<String> answer =
                        closed.send(closed.request("/metrics").header("Authorization", "Bearer " + wrong));
                assertEquals(401, answer.statusCode(), wrong);
                assertFalse(answer.body().contains("concord_"), wrong);
            }
            HttpResponse<String> answer =
                    closed.send(closed.request("/metrics").header("Authorization", "Bearer " + token));
            assertTrue(answer.body().contains("concord_"), answer::body);
            assertEquals(200, closed.get("/healthz").statusCode());
        }
        assertEquals(200, server.get("/metrics").statusCode());
    }

    @Test
    void withoutAuthenticationTokensAreIgnored() throws Exception {
        try (ServerFixture open = ServerFixture.start(limits -> {});
                RawConnection member = RawConnection.webSocket(open.port(), "/rooms/r/ws?token=x")) {
            assertEquals("admin", member.read(Message.Sync.class).right());
            member.message(new Message.Auth("whatever"));
            member.message(op(1, "a", 1, "x"));
            assertEquals(1, member.read(Message.Ack.class).seq());
        }
    }
}
