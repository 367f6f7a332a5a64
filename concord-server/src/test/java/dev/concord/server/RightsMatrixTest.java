package dev.concord.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Issuer;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.Tokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Secret;
import dev.concord.server.http.Routes;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.testing.Await;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every route and every message of the wire, with every kind of sender, on the server that was asked to decide and on one that was not. Both lists are
 * the server's own.
 */
@Timeout(900)
class RightsMatrixTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ISSUER = "https://id.example";
    private static final String AUDIENCE = "concord";
    private static final int WRITER_SEQ = 900_001;

    /** How tokens are signed. */
    enum Signing {
        SECRET,
        PUBLISHED_KEY;

        @Nullable
        Issuer issuer() {
            return this == SECRET ? null : Issuer.of(JWSAlgorithm.RS256, "key");
        }
    }

    /**
     * Somebody who asks.
     *
     * @param token what they present; null for nothing
     * @param right what they may do in the room; null when they are not let in
     * @param operator whether they decide about the whole server
     */
    private record Sender(
            String name, @Nullable String token, @Nullable Right right, boolean operator) {}

    @TempDir
    private static Path directory;

    private @Nullable Issuer issuer;
    private ServerFixture here;
    private ServerFixture there;
    private String root;

    private String sign(JWTClaimsSet claims) {
        return issuer == null ? Tokens.signed(Tokens.SECRET, JWSAlgorithm.HS256, claims) : issuer.sign(claims);
    }

    private static JWTClaimsSet claims(String user, Map<String, String> rooms, Consumer<JWTClaimsSet.Builder> change) {
        return Tokens.claims(user, rooms, claims -> {
            claims.issuer(ISSUER).audience(AUDIENCE);
            change.accept(claims);
        });
    }

    private String token(String user, Map<String, String> rooms) {
        return sign(claims(user, rooms, claims -> {}));
    }

    private HttpResponse<String> ask(
            ServerFixture server, @Nullable String token, String method, String path, String body) throws Exception {
        HttpRequest.Builder request = server.request(path)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return server.send(request);
    }

    /** Tokens that must let nobody in, each of which says that it is the administrator's. */
    private List<Sender> refused() throws Exception {
        Map<String, String> all = Map.of("*", "admin");
        JWTClaimsSet sound = claims("root", all, claims -> {});
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put(
                "expired",
                sign(claims(
                        "root",
                        all,
                        claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120))))));
        tokens.put(
                "not valid yet",
                sign(claims(
                        "root",
                        all,
                        claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(3000))))));
        tokens.put("alg none", new PlainJWT(sound).serialize());
        tokens.put("another audience", sign(claims("root", all, claims -> claims.audience("other"))));
        tokens.put("another issuer", sign(claims("root", all, claims -> claims.issuer("https://other.example"))));
        tokens.put("nobody's", sign(claims("root", all, claims -> claims.subject(null))));
        tokens.put("endless", sign(claims("root", all, claims -> claims.expirationTime(null))));
        String whole = sign(sound);
        tokens.put("signature cut off", whole.substring(0, whole.lastIndexOf('.') + 1));
        tokens.put("no token at all", "nonsense");
        Issuer known = issuer;
        if (known == null) {
            tokens.put(
                    "another secret",
                    Tokens.signed("another secret of thirty-two bytes or more", JWSAlgorithm.HS256, sound));
            for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA)) {
                tokens.put(
                        algorithm + " for a secret", Issuer.of(algorithm, "key").sign(sound));
            }
        } else {
            tokens.put("another key", Issuer.of(known.algorithm(), "key").sign(sound));
            tokens.put(
                    "a key that is not published",
                    Issuer.of(known.algorithm(), "none").sign(sound));
            tokens.put(
                    "the public key as a secret",
                    Tokens.signed(known.published().toJSONString(), JWSAlgorithm.HS256, sound));
            tokens.put("a secret for a key", Tokens.signed(Tokens.SECRET, JWSAlgorithm.HS256, sound));
        }
        tokens.put("revoked", sign(claims("root", all, claims -> claims.jwtID("revoked-1"))));
        tokens.put(
                "made before the user's were revoked",
                sign(claims(
                        "eve",
                        all,
                        claims -> claims.issueTime(Date.from(Instant.now().minusSeconds(5))))));
        assertEquals(
                204,
                ask(here, root, "POST", "/tokens/revoke", "{\"jti\":\"revoked-1\"}")
                        .statusCode());
        assertEquals(
                204,
                ask(here, root, "POST", "/tokens/revoke", "{\"sub\":\"eve\"}").statusCode());
        List<Sender> senders = new ArrayList<>();
        senders.add(new Sender("without a token", null, null, false));
        tokens.forEach((name, token) -> senders.add(new Sender(name, token, null, false)));
        return senders;
    }

    /** Those who are let in; what is decided about them is decided on one of the servers. */
    private List<Sender> admitted(String room) throws Exception {
        List<Sender> senders = new ArrayList<>();
        senders.add(new Sender("of another room", token("ann", Map.of("other-*", "admin")), Right.NONE, false));
        senders.add(new Sender("of no room", token("ann", Map.of()), Right.NONE, false));
        for (Right right : List.of(Right.READ, Right.COMMENT, Right.WRITE, Right.ADMIN)) {
            senders.add(
                    new Sender("token for " + right.word(), token("ann", Map.of(room, right.word())), right, false));
        }
        for (Right right : List.of(Right.NONE, Right.READ, Right.WRITE, Right.ADMIN)) {
            String user = "listed-" + right.word();
            decide(room, user, right);
            senders.add(new Sender(user, token(user, Map.of()), right, false));
            String other = "changed-to-" + right.word();
            decide(room, other, right);
            senders.add(new Sender(
                    other, token(other, Map.of(room, right == Right.ADMIN ? "read" : "admin")), right, false));
        }
        for (Right right : List.of(Right.READ, Right.WRITE, Right.ADMIN)) {
            HttpResponse<String> link =
                    ask(here, root, "POST", "/rooms/" + room + "/links", "{\"right\":\"" + right.word() + "\"}");
            String key = JSON.readTree(link.body()).get("link").textValue().replaceFirst(".*#k=", "");
            senders.add(new Sender("link for " + right.word(), key, right, false));
        }
        senders.add(new Sender("root", root, Right.ADMIN, true));
        return senders;
    }

    private void decide(String room, String user, Right right) throws Exception {
        assertEquals(
                200,
                ask(here, root, "PUT", "/rooms/" + room + "/access/" + user, "{\"right\":\"" + right.word() + "\"}")
                        .statusCode());
    }

    private static String path(String route, String room) {
        return route.substring(route.indexOf(' ') + 1)
                .replace("{room}", room)
                .replace("{version}", "1")
                .replace("{user}", "nobody")
                .replaceAll("\\{\\w+\\}", "none");
    }

    private static String body(String method) {
        return method.equals("GET") || method.equals("DELETE") || method.equals("HEAD") ? "" : "{}";
    }

    @ParameterizedTest
    @EnumSource
    void everySenderGetsWhatTheTableSays(Signing signing) throws Exception {
        issuer = signing.issuer();
        AuthConfig config;
        if (issuer == null) {
            config = new AuthConfig(
                    AuthConfig.Mode.JWT, AuthConfig.Source.BOTH, new Secret(Tokens.SECRET), ISSUER, AUDIENCE);
        } else {
            Path keys = Files.writeString(directory.resolve(signing + ".json"), Issuer.set(issuer));
            config = new AuthConfig(
                    AuthConfig.Mode.JWT,
                    AuthConfig.Source.BOTH,
                    Secret.NONE,
                    keys.toUri(),
                    ISSUER,
                    AUDIENCE,
                    Secret.NONE);
        }
        root = token("root", Map.of("*", "admin"));
        MemoryRoomStore store = new MemoryRoomStore();
        try (ServerFixture first = ServerFixture.startAsking(new SharedStore(store), config);
                ServerFixture second = ServerFixture.startAsking(new SharedStore(store), config)) {
            here = first;
            there = second;
            List<Sender> strangers = refused();
            for (ServerFixture server : List.of(here, there)) {
                String room = server == here ? "here" : "there";
                assertEquals(
                        201, ask(here, root, "PUT", "/rooms/" + room, "text").statusCode());
                List<Sender> senders = new ArrayList<>(strangers);
                senders.addAll(admitted(room));
                Await.until("the decisions to be known", () -> knows(server, last(senders), room));
                for (Sender sender : senders) {
                    everyMessage(server, sender, room);
                }
                for (Sender sender : senders) {
                    everyRoute(server, sender, room);
                }
                deletions(server, room);
            }
        }
    }

    private boolean knows(ServerFixture server, Sender sender, String room) {
        try {
            return ask(server, sender.token(), "GET", "/rooms/" + room, "").statusCode() == 200;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void everyRoute(ServerFixture server, Sender sender, String room) throws Exception {
        Map<String, String> needs = new TreeMap<>(Routes.words());
        // It ends what the others are asked about, and has a turn of its own.
        boolean mayDelete = sender.right() == Right.ADMIN;
        if (mayDelete) {
            needs.remove("DELETE /rooms/{room}");
        }
        for (Map.Entry<String, String> route : needs.entrySet()) {
            String method = route.getKey().substring(0, route.getKey().indexOf(' '));
            check(server, sender, room, route, method);
            if (method.equals("GET")) {
                check(server, sender, room, route, "HEAD");
            }
        }
    }

    private void check(ServerFixture server, Sender sender, String room, Map.Entry<String, String> route, String method)
            throws Exception {
        String need = route.getValue();
        HttpResponse<String> answer = ask(server, sender.token(), method, path(route.getKey(), room), body(method));
        int status = answer.statusCode();
        String what = sender.name() + ", " + method + " " + route.getKey() + " in " + room + ": " + status + " "
                + answer.body();
        if (need.equals("NOTHING") || need.equals("METRICS")) {
            assertEquals(200, status, what);
            return;
        }
        if (need.equals("OPENING")) {
            assertEquals(426, status, what);
            return;
        }
        Right right = sender.right();
        if (right == null) {
            assertEquals(401, status, what);
            assertTrue(answer.headers().firstValue("WWW-Authenticate").isPresent(), what);
            return;
        }
        if (need.equals("SOMEBODY")) {
            assertEquals(200, status, what);
            if (!method.equals("HEAD")) {
                assertEquals(right.includes(Right.READ), answer.body().contains("\"" + room + "\""), what);
            }
            return;
        }
        if (need.equals("OPERATOR")) {
            passes(sender.operator(), answer, what);
            return;
        }
        Right needed = Right.valueOf(need);
        if (!right.includes(Right.READ)) {
            assertEquals(404, status, what);
            HttpResponse<String> none =
                    ask(server, sender.token(), method, path(route.getKey(), "no-such-room"), body(method));
            assertEquals(none.statusCode(), status, what);
            assertEquals(none.body(), answer.body(), what);
            assertEquals(names(none), names(answer), what);
            return;
        }
        passes(right.includes(needed), answer, what);
    }

    private static Set<String> names(HttpResponse<String> answer) {
        return answer.headers().map().keySet();
    }

    private static void passes(boolean may, HttpResponse<String> answer, String what) {
        if (may) {
            assertNotEquals(401, answer.statusCode(), what);
            assertNotEquals(403, answer.statusCode(), what);
            assertFalse(answer.body().contains("no_such_room"), what);
        } else {
            assertEquals(403, answer.statusCode(), what);
        }
    }

    private void deletions(ServerFixture server, String room) throws Exception {
        List<String> administrators = admitted(room).stream()
                .filter(sender -> sender.right() == Right.ADMIN)
                .map(Sender::name)
                .toList();
        for (String name : administrators) {
            // A later room has no lists: those who were on one are given theirs again.
            ask(server, root, "PUT", "/rooms/" + room, "text");
            List<Sender> senders = admitted(room);
            Await.until("the decisions to be known", () -> knows(server, last(senders), room));
            Sender sender = senders.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            HttpResponse<String> answer = ask(server, sender.token(), "DELETE", "/rooms/" + room, "");
            assertEquals(204, answer.statusCode(), name + ": " + answer.body());
        }
    }

    /** Whose right was decided last: whoever knows that knows all. */
    private static Sender last(List<Sender> senders) {
        return senders.get(senders.size() - 2);
    }

    /** Sample messages of each type, those of a client and those of a server. */
    private static List<String> samples() throws Exception {
        Path golden = Path.of(
                System.getProperty("concord.basedir", ".."), "concord-wire", "src", "test", "resources", "golden");
        List<String> samples = new ArrayList<>();
        Set<Class<?>> seen = new HashSet<>();
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.sorted().toList()) {
                String json = Files.readString(file);
                if (json.startsWith("{\"t\":")) {
                    samples.add(json);
                    WireCodec.read(json.getBytes(StandardCharsets.UTF_8))
                            .forEach(message -> seen.add(message.getClass()));
                }
            }
        }
        String unknown = "{\"t\":\"later\",\"seq\":5}";
        samples.add(unknown);
        WireCodec.read(unknown.getBytes(StandardCharsets.UTF_8)).forEach(message -> seen.add(message.getClass()));
        assertEquals(Set.of(Message.class.getPermittedSubclasses()), seen);
        return samples;
    }

    private void everyMessage(ServerFixture server, Sender sender, String room) throws Exception {
        for (String sample : samples()) {
            String what = sender.name() + " in " + room + " sends " + sample;
            try (RawConnection member = open(server, sender, room)) {
                if (sender.right() == null) {
                    send(member, sample);
                    assertEquals(4401, member.frame().closeCode(), what);
                } else if (!sender.right().includes(Right.READ)) {
                    send(member, sample);
                    assertEquals(4403, member.frame().closeCode(), what);
                } else {
                    assertEquals(
                            shown(sender.right()),
                            member.read(Message.Sync.class).right(),
                            what);
                    answered(member, sender.right(), sample, what);
                }
            }
        }
    }

    /** The right to comment is reserved, and the same as that to read. */
    private static String shown(Right right) {
        return right == Right.COMMENT ? Right.READ.word() : right.word();
    }

    private static RawConnection open(ServerFixture server, Sender sender, String room) throws IOException {
        RawConnection connection = new RawConnection(server.port());
        String path = "/rooms/" + room + "/ws";
        connection.send(
                sender.token() == null
                        ? RawConnection.upgrade(path)
                        : RawConnection.upgrade(path, "Authorization: Bearer " + sender.token()));
        assertEquals(101, connection.response().status());
        return connection;
    }

    /** What is sent to a connection that is being closed may find it closed. */
    private static void send(RawConnection member, String json) {
        try {
            member.text(json);
        } catch (IOException closed) {
            assertTrue(
                    String.valueOf(closed.getMessage()).matches("(?i).*(reset|broken pipe|abort).*"), closed::toString);
        }
    }

    /** Sends a message and an op of its own after it, up to whose answer nothing may come that the right does not give. */
    private static void answered(RawConnection member, Right right, String sample, String what) throws Exception {
        boolean writes = right.includes(Right.WRITE);
        member.text(sample);
        Operation own = new Operation.Insert(
                new ElementId("s" + Long.toString(System.nanoTime(), 36), 1), Anchor.after(ElementId.HEAD), "x");
        member.message(new Message.Op(WRITER_SEQ, own));
        boolean isOp = sample.startsWith("{\"t\":\"op\"");
        boolean forbidden = false;
        while (true) {
            RawConnection.Frame frame = member.frame();
            if (frame.opcode() == RawConnection.CLOSE) {
                assertTrue(sample.startsWith("{\"t\":\"auth\""), what);
                assertEquals(4401, frame.closeCode(), what);
                return;
            }
            Message message = WireCodec.read(frame.payload()).get(0);
            if (message instanceof Message.Refusal refusal && refusal.code() == ErrorCode.FORBIDDEN) {
                assertFalse(writes, what);
                if (refusal.seq() != null && refusal.seq() == WRITER_SEQ) {
                    assertEquals(isOp, forbidden, what);
                    return;
                }
                forbidden = true;
            } else if (message instanceof Message.Ack ack && ack.seq() >= WRITER_SEQ) {
                assertTrue(writes, what);
                return;
            } else {
                assertFalse(message instanceof Message.Ack && !writes, () -> what + " and gets " + message);
            }
        }
    }
}
