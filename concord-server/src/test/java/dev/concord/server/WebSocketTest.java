package dev.concord.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import dev.concord.server.room.Close;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames through a real port, sound ones and others; a second member must never notice. */
@Timeout(120)
class WebSocketTest {
    private static final int FRAME_BYTES = 64 << 10;
    private static ServerFixture server;
    private static int rooms;

    private String room;

    @BeforeAll
    static void start() {
        server = ServerFixture.start(limits -> {
            limits.frameBytes = FRAME_BYTES;
            limits.opsPerSecond = 2_000;
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void nameTheRoom(TestInfo test) {
        room = test.getTestMethod().orElseThrow().getName() + rooms++;
    }

    private RawConnection join(String query) throws IOException {
        return RawConnection.webSocket(server.port(), "/rooms/" + room + "/ws" + query);
    }

    private RawConnection joined() throws IOException {
        RawConnection member = join("");
        member.read(Message.Sync.class);
        return member;
    }

    private static Message.Op op(long seq, String site, String text) {
        return new Message.Op(seq, new Operation.Insert(new ElementId(site, 1), Anchor.after(ElementId.HEAD), text));
    }

    /** A bystander that gets exactly this op next. */
    private static void assertUndisturbed(RawConnection bystander, RawConnection sender, String site)
            throws IOException {
        sender.message(op(1, site, "still here"));
        sender.read(Message.Ack.class);
        assertEquals(op(0, site, "still here"), bystander.read(Message.Op.class));
    }

    @Test
    void anOpTravelsAndIsAcknowledged() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.message(op(41, "a", "hello"));
            assertEquals(41, ann.read(Message.Ack.class).seq());
            assertEquals(op(0, "a", "hello"), bob.read(Message.Op.class));
            try (RawConnection cy = join("")) {
                assertEquals(
                        "hello",
                        Document.load("x", cy.read(Message.Sync.class).state()).text());
            }
        }
    }

    @Test
    void aSyncNamesTheLimitsOfThisServer() throws Exception {
        try (RawConnection ann = join("")) {
            assertEquals(
                    new Message.Limits(FRAME_BYTES, 10_000_000, 2_000),
                    ann.read(Message.Sync.class).limits());
        }
    }

    @Test
    void membersOfADeletedRoomAreClosedAndDoNotComeBackIntoItsSuccessor() throws Exception {
        String epoch;
        try (RawConnection ann = join("");
                RawConnection bob = joined()) {
            epoch = ann.read(Message.Sync.class).epoch();
            assertEquals(204, delete().statusCode());
            assertEquals(Close.NO_SUCH_ROOM.code(), ann.frame().closeCode());
            assertEquals(Close.NO_SUCH_ROOM.code(), bob.frame().closeCode());
        }
        assertEquals(404, delete().statusCode());
        try (RawConnection back = join("?epoch=" + epoch)) {
            assertEquals(Close.NO_SUCH_ROOM.code(), back.frame().closeCode());
        }
        assertEquals(404, server.get("/rooms/" + room).statusCode(), "whoever came back has not made it");

        try (RawConnection cy = join("")) {
            Message.Sync sync = cy.read(Message.Sync.class);
            assertNotEquals(epoch, sync.epoch());
            assertEquals("", Document.load("x", sync.state()).text());
            try (RawConnection back = join("?epoch=" + epoch)) {
                assertEquals(Close.OTHER_EPOCH.code(), back.frame().closeCode());
            }
        }
    }

    private HttpResponse<String> delete() throws Exception {
        return server.send(server.request("/rooms/" + room).DELETE());
    }

    @Test
    void aVersionInTheQueryGetsTheDifferenceInEitherAlphabet() throws Exception {
        Document document = new Document("a");
        try (RawConnection ann = joined()) {
            ann.message(new Message.Op(1, document.insert(0, "first").get(0)));
            ann.read(Message.Ack.class);
            byte[] version = document.version();
            ann.message(new Message.Op(2, document.insert(5, " second").get(0)));
            ann.read(Message.Ack.class);
            for (String encoded : new String[] {
                Base64.getUrlEncoder().encodeToString(version),
                Base64.getUrlEncoder().withoutPadding().encodeToString(version),
                Base64.getEncoder().encodeToString(version),
                Base64.getEncoder().encodeToString(version).replace("+", "%2B").replace("/", "%2F")
            }) {
                try (RawConnection late = join("?version=" + encoded)) {
                    Document other = new Document("x");
                    other.merge(late.read(Message.Sync.class).state());
                    assertEquals("", other.text(), "all of it waits for the beginning");
                }
            }
            for (String nonsense : new String[] {"", "!!", "AAAA", "%00"}) {
                try (RawConnection late = join("?version=" + nonsense)) {
                    assertEquals(
                            "first second",
                            Document.load("x", late.read(Message.Sync.class).state())
                                    .text());
                }
            }
        }
    }

    @Test
    void anotherEpochIsTurnedAway() throws Exception {
        String epoch;
        try (RawConnection ann = join("")) {
            epoch = ann.read(Message.Sync.class).epoch();
        }
        try (RawConnection same = join("?epoch=" + epoch)) {
            same.read(Message.Sync.class);
        }
        try (RawConnection other = join("?epoch=other")) {
            assertEquals(4409, other.frame().closeCode());
            assertTrue(other.endsByItself());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "",
                "\"op\"",
                "[1]",
                "null",
                "{}",
                "{\"t\":5}",
                "{\"t\":\"op\"}",
                "{\"t\":\"op\",\"seq\":1,\"data\":{}}",
                "{\"t\":\"op\",\"seq\":1.5,\"data\":{}}",
                "{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"a\",\"counter\":0},\"after\":{\"site\":\"\",\"counter\":0},\"value\":\"x\"}}",
                "{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"insert\",\"id\":{\"site\":\"a\",\"counter\":1},\"after\":{\"site\":\"\",\"counter\":0},\"value\":\"\\ud800\"}}",
                "{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1},\"length\":0}}",
                "{\"t\":\"presence\"}",
                "{\"t\":\"presence\",\"user\":\"x\",\"color\":\"red;x\"}",
                "{\"t\":\"presence\",\"user\":\"x\",\"cursor\":-1}",
            })
    void garbageIsAnsweredAndGoesNoFurther(String json) throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text(json);
            Message.Refusal refusal = ann.read(Message.Refusal.class);
            assertTrue(refusal.code() == ErrorCode.MALFORMED || refusal.code() == ErrorCode.INVALID_OP);
            assertUndisturbed(bob, ann, "a");
        }
    }

    @Test
    void nestingWithoutEndIsGarbage() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text("[".repeat(60_000));
            ann.read(Message.Refusal.class);
            ann.text("{\"t\":\"presence\",\"user\":\"x\",\"y\":" + "[".repeat(500) + "]".repeat(500) + "}");
            ann.read(Message.Refusal.class);
            assertUndisturbed(bob, ann, "a");
        }
    }

    @Test
    void unknownMessagesAndOnesForClientsAreIgnored() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text("{\"t\":\"future\",\"x\":[1]}");
            ann.text("{\"t\":\"ack\",\"seq\":99}");
            ann.text("{\"t\":\"sync\",\"state\":\"\",\"version\":\"\",\"epoch\":\"x\"}");
            ann.text("{\"t\":\"error\",\"code\":\"conflict\",\"message\":\"x\"}");
            assertUndisturbed(bob, ann, "a");
        }
    }

    @Test
    void oneFrameMayHoldManyMessages() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text("[" + json(op(1, "a", "1")) + ",7," + json(op(2, "b", "2")) + "]");
            ann.read(Message.Refusal.class);
            assertEquals(op(0, "a", "1"), bob.read(Message.Op.class));
            assertEquals(op(0, "b", "2"), bob.read(Message.Op.class));
        }
    }

    private static String json(Message message) {
        return new String(dev.concord.wire.WireCodec.write(message), UTF_8);
    }

    @Test
    void aThousandFaultsInARowAreBeyondRepair() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            bob.text("[0" + ",0".repeat(1_999) + "]");
            for (int i = 0; i < 1_000; i++) {
                bob.read(Message.Refusal.class);
            }
            assertEquals(4400, bob.frame().closeCode());
            assertTrue(bob.endsByItself());
            ann.message(op(1, "a", "x"));
            ann.read(Message.Ack.class);
        }
    }

    @Test
    void binaryFramesAreRefusedAndFragmentsPutTogether() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.send(RawConnection.frame(RawConnection.FINAL | RawConnection.BINARY, new byte[] {1}));
            assertEquals(ErrorCode.MALFORMED, ann.read(Message.Refusal.class).code());

            byte[] whole = json(op(1, "a", "pieces")).getBytes(UTF_8);
            ann.send(RawConnection.frame(RawConnection.TEXT, java.util.Arrays.copyOf(whole, 10)));
            ann.send(RawConnection.frame(RawConnection.FINAL | RawConnection.PING, "between".getBytes(UTF_8)));
            ann.send(RawConnection.frame(RawConnection.FINAL, java.util.Arrays.copyOfRange(whole, 10, whole.length)));
            RawConnection.Frame pong = ann.frame();
            assertEquals(RawConnection.PONG, pong.opcode());
            assertArrayEquals("between".getBytes(UTF_8), pong.payload());
            assertEquals(op(0, "a", "pieces"), bob.read(Message.Op.class));
        }
    }

    /** Whoever sends too much is still sending when it is refused; it must receive the reason, or it would try again for ever. */
    @Test
    void aFrameOverTheLimitEndsTheConnectionAndSaysWhy() throws Exception {
        byte[] large = RawConnection.frame(RawConnection.FINAL | RawConnection.TEXT, new byte[2_000_000]);
        for (int i = 0; i < 20; i++) {
            try (RawConnection ann = joined();
                    RawConnection bob = joined()) {
                ann.send(large);
                assertEquals(
                        ErrorCode.TOO_LARGE, ann.read(Message.Refusal.class).code());
                assertEquals(4413, ann.frame().closeCode());
                assertTrue(ann.endsByItself());
                bob.message(op(1, "b" + i, "x"));
                bob.read(Message.Ack.class);
            }
        }
    }

    @Test
    void fragmentsWithoutEndAreTooLarge() throws Exception {
        try (RawConnection ann = joined()) {
            byte[] piece = new byte[FRAME_BYTES / 2 + 1];
            ann.send(RawConnection.frame(RawConnection.TEXT, piece));
            ann.send(RawConnection.frame(0, piece));
            ann.read(Message.Refusal.class);
            assertEquals(4413, ann.frame().closeCode());
        }
    }

    @Test
    void whatIsNoFrameEndsTheConnection() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.send(new byte[] {(byte) 0x81, 2, '{', '}'});
            assertEquals(ErrorCode.MALFORMED, ann.read(Message.Refusal.class).code());
            assertEquals(4400, ann.frame().closeCode());
            bob.message(op(1, "b", "x"));
            bob.read(Message.Ack.class);
        }
    }

    @Test
    void aCloseIsAnswered() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text("{\"t\":\"presence\",\"user\":\"Ann\"}");
            bob.read(Message.Presence.class);
            ann.send(RawConnection.frame(RawConnection.FINAL | RawConnection.CLOSE, new byte[] {3, (byte) 0xe8}));
            assertEquals(1000, ann.frame().closeCode());
            assertTrue(ann.endsByItself());
            assertEquals(true, bob.read(Message.Presence.class).extras().get("left"));
        }
    }

    @Test
    void tooManyOpsASecondAreRefusedOneByOne() throws Exception {
        try (RawConnection ann = joined()) {
            Document document = new Document("a");
            StringBuilder batch = new StringBuilder("[");
            int sent = 0;
            int refused = 0;
            while (refused == 0) {
                batch.setLength(1);
                for (int i = 0; i < 300; i++) {
                    sent++;
                    batch.append(i == 0 ? "" : ",")
                            .append(json(
                                    new Message.Op(sent, document.insert(0, "x").get(0))));
                }
                ann.text(batch.append("]").toString());
                ann.text("{\"t\":\"presence\"}");
                Message answer = ann.read(Message.class);
                while (!(answer instanceof Message.Refusal refusal && refusal.seq() == null)) {
                    if (answer instanceof Message.Refusal limited) {
                        assertEquals(ErrorCode.RATE_LIMITED, limited.code());
                        refused++;
                    }
                    answer = ann.read(Message.class);
                }
            }
            assertTrue(sent > 1_800, "the burst of a second is let through");
        }
    }

    @Test
    void aPresenceMessageIsSmall() throws Exception {
        try (RawConnection ann = joined();
                RawConnection bob = joined()) {
            ann.text("{\"t\":\"presence\",\"user\":\"" + "x".repeat(3_000) + "\"}");
            assertEquals(ErrorCode.TOO_LARGE, ann.read(Message.Refusal.class).code());
            assertUndisturbed(bob, ann, "a");
        }
    }

    @Test
    void whoDoesNotReadDoesNotHoldItsPlaceForEver() throws Exception {
        try (ServerFixture strict = ServerFixture.start(limits -> {
            limits.idle = Duration.ofSeconds(5);
            limits.handshake = Duration.ofMillis(500);
            limits.memberQueueBytes = 64 << 10;
        })) {
            try (RawConnection stalled = RawConnection.webSocket(strict.port(), "/rooms/r/ws");
                    RawConnection busy = RawConnection.webSocket(strict.port(), "/rooms/r/ws")) {
                stalled.read(Message.Sync.class);
                busy.read(Message.Sync.class);
                Document document = new Document("a");
                String text = "x".repeat(100_000);
                long seq = 0;
                while (seq < 80 || strict.metric("concord_members") > 1) {
                    if (seq < 80) {
                        busy.message(
                                new Message.Op(++seq, document.insert(0, text).get(0)));
                        busy.read(Message.Ack.class);
                    } else {
                        busy.text("{\"t\":\"still here\"}");
                    }
                }
            }
        }
    }

    @Test
    void whoStaysSilentIsSentAway() throws Exception {
        try (ServerFixture strict = ServerFixture.start(limits -> limits.idle = Duration.ofSeconds(2));
                RawConnection silent = RawConnection.webSocket(strict.port(), "/rooms/r/ws")) {
            silent.read(Message.Sync.class);
            assertEquals(1001, silent.frame().closeCode());
        }
    }

    @Test
    void aStopTellsEverybodyToComeBack() throws Exception {
        ServerFixture stopping = ServerFixture.start(limits -> {});
        try (RawConnection ann = RawConnection.webSocket(stopping.port(), "/rooms/r/ws")) {
            ann.read(Message.Sync.class);
            ann.message(op(1, "a", "x"));
            ann.read(Message.Ack.class);
            stopping.close();
            assertEquals(1012, ann.frame().closeCode());
            assertTrue(ann.endsByItself());
        }
    }
}
