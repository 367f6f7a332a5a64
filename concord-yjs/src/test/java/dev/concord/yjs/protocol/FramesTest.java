package dev.concord.yjs.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.yjs.Fixtures;
import dev.concord.yjs.NodeJudge;
import dev.concord.yjs.Seeds;
import dev.concord.yjs.protocol.HocuspocusFrame.Address;
import dev.concord.yjs.protocol.HocuspocusFrame.Addressed;
import dev.concord.yjs.protocol.HocuspocusFrame.Ping;
import dev.concord.yjs.protocol.HocuspocusFrame.Pong;
import dev.concord.yjs.protocol.HocuspocusMessage.Authenticated;
import dev.concord.yjs.protocol.HocuspocusMessage.BroadcastStateless;
import dev.concord.yjs.protocol.HocuspocusMessage.Close;
import dev.concord.yjs.protocol.HocuspocusMessage.Stateless;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncReply;
import dev.concord.yjs.protocol.HocuspocusMessage.SyncStatus;
import dev.concord.yjs.protocol.HocuspocusMessage.Token;
import dev.concord.yjs.protocol.HocuspocusMessage.TokenRequest;
import dev.concord.yjs.protocol.SyncMessage.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames of y-protocols, y-websocket and the provider of Hocuspocus are read as they were meant, and written with the same bytes. */
class FramesTest {
    private static final ProtocolLimits LIMITS = ProtocolLimits.DEFAULT;
    private static final List<Step> STEPS = List.of(Step.STATE_VECTOR, Step.DIFFERENCE, Step.UPDATE);
    private static final long FIRST_SEED = 4_000_000;

    @Test
    void recordedFramesAreReadAndWritten() throws Exception {
        String[] lines = Fixtures.lines("frames.jsonl");
        assertEquals(740, lines.length);
        for (String line : lines) {
            check(line);
        }
    }

    @Test
    void newFramesAreReadAndWritten() throws Exception {
        long seed = Seeds.isReplay() ? Seeds.first() : FIRST_SEED;
        int count = Seeds.runs(50);
        int[] frames = new int[1];
        NodeJudge.run("frames.mjs", count, seed, line -> {
            check(line);
            frames[0]++;
        });
        assertEquals(37 * count, frames[0]);
        System.out.println("frames: " + frames[0] + " new ones of the clients in node; no difference");
    }

    private static void check(String line) throws Exception {
        JsonNode said = Fixtures.JSON.readTree(line);
        byte[] frame = Fixtures.base64(said.get("frame"));
        JsonNode message = said.get("message");
        String kind = message.get("kind").asText();
        byte[] written;
        if (said.get("protocol").asText().equals("y-websocket")) {
            YWebsocketMessage expected = (YWebsocketMessage) message(message);
            assertEquals(List.of(expected), YWebsocket.read(frame, LIMITS), line);
            written = YWebsocket.write(expected);
        } else {
            HocuspocusFrame expected = kind.equals("pong")
                    ? new Pong()
                    : new Addressed(address(said.get("address")), (HocuspocusMessage) message(message));
            assertEquals(expected, Hocuspocus.read(frame, LIMITS), line);
            written = Hocuspocus.write(expected);
        }
        boolean isClientsClose =
                kind.equals("close") && message.get("reason").asText().isEmpty();
        // A server's close has a reason, which may be empty; a client's has none.
        assertEquals(
                Fixtures.hex(frame) + (isClientsClose && frame[frame.length - 1] == 7 ? "00" : ""),
                Fixtures.hex(written),
                line);
    }

    private static Address address(JsonNode said) {
        return new Address(
                said.get("document").asText(),
                said.has("session") ? said.get("session").asText() : null);
    }

    private static Object message(JsonNode said) {
        return switch (said.get("kind").asText()) {
            case "sync" -> sync(said);
            case "reply" -> new SyncReply(sync(said));
            case "awareness" -> {
                List<AwarenessUpdate.Entry> entries = new ArrayList<>();
                for (JsonNode entry : said.get("entries")) {
                    String state = entry.get("state").asText();
                    entries.add(new AwarenessUpdate.Entry(
                            entry.get("client").asLong(),
                            entry.get("clock").asLong(),
                            state.equals("null") ? null : state));
                }
                yield new AwarenessUpdate(entries);
            }
            case "query" -> new QueryAwareness();
            case "denied" -> new PermissionDenied(said.get("reason").asText());
            case "token" ->
                new Token(said.get("token").asText(), said.get("version").asText());
            case "tokenRequest" -> new TokenRequest();
            case "authenticated" -> new Authenticated(said.get("mayWrite").asBoolean());
            case "stateless" -> new Stateless(said.get("payload").asText());
            case "broadcast" -> new BroadcastStateless(said.get("payload").asText());
            case "close" -> new Close(said.get("reason").asText());
            case "status" -> new SyncStatus(said.get("saved").asBoolean());
            default -> throw new AssertionError(said);
        };
    }

    private static SyncMessage sync(JsonNode said) {
        return new SyncMessage(STEPS.get(said.get("step").asInt()), Fixtures.base64(said.get("content")));
    }

    @Test
    void severalMessagesInOneFrameOfYWebsocketAreAllRead() {
        List<YWebsocketMessage> messages = yWebsocket("00 00 01 00  03  00 01 02 00 00");
        assertEquals(
                List.of(
                        new SyncMessage(Step.STATE_VECTOR, new byte[1]),
                        new QueryAwareness(),
                        new SyncMessage(Step.DIFFERENCE, new byte[2])),
                messages);
    }

    @Test
    void whatFollowsAMessageOfAnUnknownKindIsNotRead() {
        assertEquals(List.of(new UnknownMessage(0x63)), yWebsocket("63 01 02"));
        assertEquals(List.of(new QueryAwareness(), new UnknownMessage(4)), yWebsocket("03 04 00 00 01 00"));
        assertEquals(List.of(new UnknownMessage(2)), yWebsocket("02 05 01 41"));
        assertEquals(new UnknownMessage(0x63), hocuspocus("02 6431 63 01 02"));
        assertEquals(new UnknownMessage(9), hocuspocus("02 6431 09"));
        assertEquals(new UnknownMessage((1L << 32) + 1), hocuspocus("02 6431 81 80 80 80 10"));
    }

    @Test
    void whatIsNotKnownIsNotWritten() {
        assertThrows(IllegalArgumentException.class, () -> YWebsocket.write(new UnknownMessage(4)));
        Addressed unknown = new Addressed(new Address("d1", null), new UnknownMessage(63));
        assertThrows(IllegalArgumentException.class, () -> Hocuspocus.write(unknown));
    }

    @Test
    void rubbishIsRefused() {
        for (String frame : List.of(
                "",
                "00",
                "00 03 00",
                "00 02 05 ff ff ff ff",
                "01 02 05 05",
                "01 01 09",
                "02 00 01 ff",
                "02 00 05 41",
                "ff ff ff ff ff ff ff ff ff 01",
                "ff ff ff ff ff ff ff ff 7f",
                "00 00 01 00 00")) {
            assertThrows(MalformedMessageException.class, () -> yWebsocket(frame), frame);
        }
        for (String frame : List.of(
                "",
                "09 00",
                "02 64",
                "02 6431",
                "02 6431 00",
                "02 ff31 03",
                "02 6431 02",
                "02 6431 02 02 01 78",
                "02 6431 02 00 05 41",
                "02 6431 05",
                "02 6431 07 02 41",
                "02 6431 08")) {
            assertThrows(MalformedMessageException.class, () -> hocuspocus(frame), frame);
        }
        assertEquals(
                4,
                assertThrows(MalformedMessageException.class, () -> yWebsocket("02 00 02 41 ff"))
                        .at());
        assertEquals(
                2,
                assertThrows(MalformedMessageException.class, () -> yWebsocket("00 02 05 ff"))
                        .at());
    }

    @Test
    void aStateOfAwarenessIsAnObjectOrNull() {
        for (String state : List.of("{}", "[1]", " {\"a\": [true, null]}\n")) {
            AwarenessUpdate update = new AwarenessUpdate(List.of(new AwarenessUpdate.Entry(5, 1, state)));
            assertEquals(update, AwarenessUpdate.read(update.toBytes(), LIMITS));
        }
        for (String state :
                List.of("", "x", "0", "\"a\"", "true", "{", "{\"a\"}", "[1,]", "{}{}", "nul", "{\"a\":01}")) {
            byte[] update = new MessageOut(9)
                    .varUint(1)
                    .varUint(5)
                    .varUint(1)
                    .string(state)
                    .toBytes();
            assertThrows(MalformedMessageException.class, () -> AwarenessUpdate.read(update, LIMITS), state);
        }
        byte[] gone = new MessageOut(9)
                .varUint(1)
                .varUint(5)
                .varUint(1)
                .string(" null ")
                .toBytes();
        assertEquals(
                List.of(new AwarenessUpdate.Entry(5, 1, null)),
                AwarenessUpdate.read(gone, LIMITS).entries());
    }

    @Test
    void aNumberOfEntriesIsNotBelieved() {
        byte[] update = new MessageOut(9).varUint((1L << 53) - 1).varUint(0).toBytes();
        assertThrows(MalformedMessageException.class, () -> AwarenessUpdate.read(update, LIMITS));
    }

    @Test
    void providersBeforeTheFourthVersionSendNoVersion() {
        assertEquals(new Token("abc", null), hocuspocus("02 6431 02 00 03 616263"));
        assertEquals(new TokenRequest(), hocuspocus("02 6431 02 00"));
    }

    @Test
    void fieldsThatNewerVersionsAddAreIgnored() {
        assertEquals(new SyncStatus(true), hocuspocus("02 6431 08 01 05 06"));
        assertEquals(new Token("a", "4"), hocuspocus("02 6431 02 00 01 61 01 34 07"));
    }

    @Test
    void aPingHasNoNameAndANameOfNineBytesIsNoPing() {
        assertEquals(new Ping(), Hocuspocus.read(new byte[] {9}, LIMITS));
        assertEquals(new Pong(), Hocuspocus.read(new byte[] {10}, LIMITS));
        assertEquals("09", Fixtures.hex(Hocuspocus.write(new Ping())));
        assertEquals("0a", Fixtures.hex(Hocuspocus.write(new Pong())));
        Addressed addressed = new Addressed(new Address("ninebytes", null), new QueryAwareness());
        assertEquals(addressed, Hocuspocus.read(Hocuspocus.write(addressed), LIMITS));
    }

    @Test
    void theSessionIsWhatFollowsTheFirstZero() {
        Addressed read =
                assertInstanceOf(Addressed.class, Hocuspocus.read(Fixtures.hex("06 6431 00 73 00 74 03"), LIMITS));
        assertEquals(new Address("d1", "s\0t"), read.address());
        assertNotEquals(new Address("d1", null), new Address("d1", ""));
        assertThrows(IllegalArgumentException.class, () -> new Address("d\0", null));
    }

    @Test
    void everyLimitIsNamedWhenItIsExceeded() {
        ProtocolLimits one = new ProtocolLimits(60, 1, 1, 1, 1, 1, 1, 4, 1, 1);
        assertEquals("maxFrame", limit(() -> YWebsocket.read(new byte[61], one)));
        assertEquals("maxFrame", limit(() -> Hocuspocus.read(new byte[61], one)));
        assertEquals("maxMessages", limit(() -> YWebsocket.read(Fixtures.hex("03 03"), one)));
        assertEquals("maxText", limit(() -> YWebsocket.read(Fixtures.hex("02 00 02 41 41"), one)));
        assertEquals("maxName", limit(() -> Hocuspocus.read(Fixtures.hex("02 6431 03"), one)));
        assertEquals("maxName", limit(() -> Hocuspocus.read(Fixtures.hex("04 64313233 03"), one)));
        assertEquals("maxSession", limit(() -> Hocuspocus.read(Fixtures.hex("03 003132 03"), one)));
        assertEquals("maxToken", limit(() -> Hocuspocus.read(Fixtures.hex("01 64 02 00 02 4141"), one)));
        assertEquals("maxText", limit(() -> Hocuspocus.read(Fixtures.hex("01 64 05 02 4141"), one)));
        assertEquals("maxStates", limit(() -> YWebsocket.read(Fixtures.hex("01 0b 02 0501027b7d 0601027b7d"), one)));
        assertEquals("maxState", limit(() -> YWebsocket.read(Fixtures.hex("01 09 01 0501057b20202020"), one)));
        assertEquals("maxDepth", limit(() -> YWebsocket.read(Fixtures.hex("01 08 01 0501045b5b5d5d"), one)));
    }

    private static String limit(org.junit.jupiter.api.function.Executable read) {
        return assertThrows(LimitExceededException.class, read).limit();
    }

    private static List<YWebsocketMessage> yWebsocket(String hex) {
        return YWebsocket.read(Fixtures.hex(hex), LIMITS);
    }

    private static HocuspocusMessage hocuspocus(String hex) {
        return ((Addressed) Hocuspocus.read(Fixtures.hex(hex), LIMITS)).message();
    }
}
