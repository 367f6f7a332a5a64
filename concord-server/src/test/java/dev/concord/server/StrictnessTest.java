package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Sites;
import dev.concord.store.memory.MemoryRoomStore;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where HTTP (RFC 9112) and WebSockets (RFC 6455) leave no choice, and where laxness helps an attacker only. */
@Timeout(120)
class StrictnessTest {
    private static final MemoryRoomStore STORE = new MemoryRoomStore();
    private static ServerFixture server;

    @BeforeAll
    static void start() {
        server = ServerFixture.start(STORE, limits -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawConnection.Response ask(String request) throws IOException {
        return ask(server, request);
    }

    private static RawConnection.Response ask(ServerFixture of, String request) throws IOException {
        try (RawConnection connection = new RawConnection(of.port())) {
            connection.send(request);
            return connection.response();
        }
    }

    @Nested
    class Frames {
        private RawConnection joined() throws IOException {
            RawConnection member = RawConnection.webSocket(server.port(), "/rooms/strict/ws");
            member.read(Message.Sync.class);
            return member;
        }

        private int closedWith(int firstByte, byte[] payload) throws IOException {
            try (RawConnection member = joined()) {
                member.send(RawConnection.frame(firstByte, payload));
                RawConnection.Frame answer = member.frame();
                while (answer.opcode() != RawConnection.CLOSE) {
                    answer = member.frame();
                }
                return answer.closeCode();
            }
        }

        private byte[] quoted(int... bytes) {
            byte[] json = "{\"t\":\"presence\",\"user\":\"....\",\"cursor\":0,\"color\":\"\"}".getBytes(UTF_8);
            for (int i = 0; i < bytes.length; i++) {
                json[24 + i] = (byte) bytes[i];
            }
            return json;
        }

        @Test
        void aTextThatIsNotUtf8EndsTheConnection() throws Exception {
            for (byte[] text : new byte[][] {
                quoted(0xff),
                quoted(0xc3, '('),
                // Overlong forms of a slash.
                quoted(0xc0, 0xaf),
                quoted(0xe0, 0x80, 0xaf),
                quoted(0xf0, 0x80, 0x80, 0xaf),
                // A surrogate, and what is above the last code point.
                quoted(0xed, 0xa0, 0x80),
                quoted(0xf4, 0x90, 0x80, 0x80),
                // Cut off.
                {'"', (byte) 0xe2, (byte) 0x82}
            }) {
                assertEquals(1007, closedWith(RawConnection.FINAL | RawConnection.TEXT, text));
            }
        }

        @Test
        void aCharacterThatIsCutBetweenTwoFragmentsIsWhole() throws Exception {
            try (RawConnection member = joined();
                    RawConnection other = joined()) {
                byte[] json = "{\"t\":\"presence\",\"user\":\"\u20ac\",\"cursor\":0,\"color\":\"\"}".getBytes(UTF_8);
                member.send(RawConnection.frame(RawConnection.TEXT, java.util.Arrays.copyOf(json, 25)));
                member.send(
                        RawConnection.frame(RawConnection.FINAL, java.util.Arrays.copyOfRange(json, 25, json.length)));
                assertEquals("\u20ac", other.read(Message.Presence.class).user());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"\r", "a\r\nb", "a\rb", "\u0000", "a\u001b[0m", "\u0085", "\u007f", "\ufeffa"})
        void whatATextMayNotHoldIsRefused(String text) throws Exception {
            try (RawConnection member = joined();
                    RawConnection other = joined()) {
                member.message(new Message.Op(
                        7, new Operation.Insert(new ElementId(Sites.random(), 1), Anchor.after(ElementId.HEAD), text)));
                Message.Refusal refusal = member.read(Message.Refusal.class);
                assertEquals(7, refusal.seq());
                assertEquals(ErrorCode.INVALID_OP, refusal.code());
                member.message(new Message.Op(
                        8,
                        new Operation.Insert(new ElementId(Sites.random(), 1), Anchor.after(ElementId.HEAD), "a\nb")));
                assertEquals(8, member.read(Message.Ack.class).seq());
                assertEquals(
                        "a\nb", ((Operation.Insert) other.read(Message.Op.class).operation()).value());
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {5000, 9999, 65535})
        void codesThatAreNotDefinedAreNotRepeated(int code) throws Exception {
            byte[] payload = ByteBuffer.allocate(2).putShort((short) code).array();
            assertEquals(1002, closedWith(RawConnection.FINAL | RawConnection.CLOSE, payload));
        }

        @ParameterizedTest
        @ValueSource(ints = {1000, 1001, 3000, 4999})
        void codesThatAreDefinedAreAnsweredAlike(int code) throws Exception {
            byte[] payload = ByteBuffer.allocate(2).putShort((short) code).array();
            assertEquals(code, closedWith(RawConnection.FINAL | RawConnection.CLOSE, payload));
        }
    }

    @Nested
    class Upgrades {
        private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "x",
                    "AAAA",
                    "dGhlIHNhbXBsZSBub25jZQ",
                    "dGhlIHNhbXBsZSBub25jZTE=",
                    "!GhlIHNhbXBsZSBub25jZQ=="
                })
        void aKeyOfAnotherLengthIsRefused(String key) throws Exception {
            // Java's decoder takes a missing padding, and so does this server: the key has its 16 bytes.
            int expected = key.equals("dGhlIHNhbXBsZSBub25jZQ") ? 101 : 400;
            assertEquals(
                    expected,
                    ask(RawConnection.upgrade("/rooms/u/ws").replace(KEY, key)).status());
        }

        @Test
        void twoKeysOrHttp10OrNoHostAreRefused() throws Exception {
            String upgrade = RawConnection.upgrade("/rooms/u/ws");
            assertEquals(
                    400,
                    ask(RawConnection.upgrade("/rooms/u/ws", "Sec-WebSocket-Key: " + KEY))
                            .status());
            assertEquals(400, ask(upgrade.replace("HTTP/1.1", "HTTP/1.0")).status());
            assertEquals(400, ask(upgrade.replace("Host: localhost\r\n", "")).status());
            assertEquals(101, ask(upgrade).status());
        }
    }

    @Nested
    class Requests {
        @Test
        void aRequestHasOneHost() throws Exception {
            assertEquals(400, ask("GET /healthz HTTP/1.1\r\n\r\n").status());
            assertEquals(
                    400,
                    ask("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status());
            assertEquals(
                    400,
                    ask("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n").status());
            assertEquals(200, ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status());
            assertEquals(200, ask("GET /healthz HTTP/1.0\r\n\r\n").status());
        }

        @Test
        void anEncodedSlashSeparatesNothing() throws Exception {
            server.put("/rooms/slash", "text");
            assertEquals(200, server.get("/rooms/slash/presence").statusCode());
            assertEquals(400, server.get("/rooms/slash%2fpresence").statusCode());
            assertEquals(400, server.get("/rooms/slash%2Fpresence").statusCode());
            assertEquals(404, server.get("/rooms%2fslash").statusCode());
            assertEquals(404, server.get("/editor%2fslash").statusCode());
        }

        @Test
        void aRequestLineThatIsTooLongIs414() throws Exception {
            assertEquals(
                    414,
                    ask("GET /healthz?" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                            .status());
            assertEquals(
                    431,
                    ask("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n")
                            .status());
        }

        @Test
        void pagesOfOtherOriginsCreateNoRooms() throws Exception {
            HttpResponse<String> response = server.send(server.request("/rooms/foreign")
                    .header("Origin", "https://elsewhere.example")
                    .PUT(HttpRequest.BodyPublishers.ofString("text")));
            assertEquals(403, response.statusCode());
            assertTrue(STORE.load("foreign").isEmpty());
        }

        @Test
        void aByteOrderMarkIsNotPartOfATextAndLinesEndWithLineFeeds() throws Exception {
            assertEquals(201, server.put("/rooms/bom", "\ufeffa\r\nb\rc\ufeff").statusCode());
            assertTrue(server.get("/rooms/bom").body().contains("\"text\":\"a\\nb\\nc\ufeff\""));
        }

        @Test
        void aTextWithControlCharactersIsRefused() throws Exception {
            HttpResponse<String> answer = server.put("/rooms/controls", "a\u0000b");
            assertEquals(400, answer.statusCode());
            assertTrue(answer.body().contains("\"invalid_text\""), answer.body());
            assertTrue(STORE.load("controls").isEmpty());
        }

        @Test
        void textsAreNotKeptOnTheWay() throws Exception {
            server.put("/rooms/kept", "text");
            for (String path : new String[] {"/rooms/kept", "/rooms/kept/presence", "/rooms/kept/versions"}) {
                assertEquals(
                        "no-store",
                        server.get(path).headers().firstValue("Cache-Control").orElseThrow());
            }
        }
    }

    @Test
    void aServerThatKnowsItsNamesAnswersUnderNoOther() throws Exception {
        try (ServerFixture named = ServerFixture.startNamed("docs.example", "[2001:db8::1]")) {
            for (String host : new String[] {
                "docs.example",
                "DOCS.example:8080",
                "localhost",
                "127.0.0.1:" + named.port(),
                "[::1]",
                "[2001:db8::1]:80"
            }) {
                assertEquals(
                        404,
                        ask(named, "GET /rooms/r HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                .status(),
                        host);
            }
            for (String host : new String[] {"evil.example", "docs.example.evil.example", "", "[2001:db8::2]"}) {
                assertEquals(
                        421,
                        ask(named, "GET /rooms/r HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                .status(),
                        host);
                assertEquals(
                        421,
                        ask(named, RawConnection.upgrade("/rooms/r/ws").replace("Host: localhost", "Host: " + host))
                                .status(),
                        host);
            }
            assertEquals(
                    200,
                    ask(named, "GET /healthz HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n")
                            .status());
        }
    }
}
