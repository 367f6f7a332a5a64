package dev.concord.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WireCodecTest {
    static List<Path> goldenFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenFiles")
    void readingAndWritingAGoldenFrameGivesTheSameBytes(Path file) throws Exception {
        byte[] golden = Files.readAllBytes(file);
        List<Message> messages = WireCodec.read(golden);
        assertEquals(1, messages.size());
        assertEquals(
                new String(golden, StandardCharsets.UTF_8),
                new String(WireCodec.write(messages.get(0)), StandardCharsets.UTF_8));
    }

    @Test
    void theGoldenInsertIsWhatItSays() throws Exception {
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/op-insert-before.json"));
        Message.Op op =
                assertInstanceOf(Message.Op.class, WireCodec.read(golden).get(0));
        assertEquals(42, op.seq());
        assertEquals(
                new Operation.Insert(
                        new ElementId("a3f9", 43),
                        Anchor.before(new ElementId("b77", 7)),
                        "hello \"\uD83D\uDE00\"\n\\\u00e9"),
                op.operation());
    }

    @Test
    void unknownTypesAndFieldsAreIgnored() throws Exception {
        assertEquals(List.of(new Message.Unknown("hug")), read("{\"t\":\"hug\",\"data\":5,\"seq\":\"x\"}"));
        assertEquals(List.of(new Message.Ack(3)), read("{\"seq\":3,\"more\":{\"x\":[1]},\"t\":\"ack\"}"));
    }

    @Test
    void anArrayIsABatchAndAFaultInItHidesNothingElse() {
        List<Object> seen = new ArrayList<>();
        byte[] frame = "[{\"t\":\"ack\",\"seq\":1},{\"t\":\"op\",\"seq\":2},{\"t\":\"ack\",\"seq\":3}]"
                .getBytes(StandardCharsets.UTF_8);
        WireCodec.read(frame, new WireCodec.Reader() {
            @Override
            public void message(Message message) {
                seen.add(message);
            }

            @Override
            public void fault(WireException fault) {
                seen.add(fault.code() + " " + fault.seq());
            }
        });
        assertEquals(List.of(new Message.Ack(1), "MALFORMED 2", new Message.Ack(3)), seen);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        MALFORMED  | frame       | {"t":
        MALFORMED  | frame       | {"t":"ack","seq":1} x
        MALFORMED  | object      | 17
        MALFORMED  | t:          | {"seq":1}
        MALFORMED  | seq:        | {"t":"op","seq":1.5,"data":{}}
        MALFORMED  | data:       | {"t":"op","seq":1,"data":[]}
        MALFORMED  | state:      | {"t":"sync","state":"%","version":"","epoch":""}
        MALFORMED  | frameBytes: | {"t":"sync","state":"","version":"","epoch":"","limits":{"roomChars":1,"opsPerSecond":1}}
        MALFORMED  | limits:     | {"t":"sync","state":"","version":"","epoch":"","limits":{"frameBytes":0,"roomChars":1,"opsPerSecond":1}}
        MALFORMED  | cursor:     | {"t":"presence","user":"k","cursor":-1}
        INVALID_OP | kind:       | {"t":"op","seq":1,"data":{"kind":"move","id":{"site":"a","counter":1}}}
        INVALID_OP | id:         | {"t":"op","seq":1,"data":{"kind":"delete"}}
        INVALID_OP | id.counter: | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":0}}}
        INVALID_OP | id.counter: | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":9007199254740992}}}
        INVALID_OP | id.counter: | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":99999999999999999999}}}
        INVALID_OP | id.counter: | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"","counter":0}}}
        INVALID_OP | id.site:    | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a b","counter":1}}}
        INVALID_OP | length:     | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":1},"length":0}}
        INVALID_OP | length:     | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":1},"length":1.5}}
        INVALID_OP | length:     | {"t":"op","seq":1,"data":{"kind":"delete","id":{"site":"a","counter":1},"length":"2"}}
        INVALID_OP | value:      | {"t":"op","seq":1,"data":{"kind":"insert","id":{"site":"a","counter":1},"after":{"site":"","counter":0}}}
        INVALID_OP | value:      | {"t":"op","seq":1,"data":{"kind":"insert","id":{"site":"a","counter":1},"after":{"site":"","counter":0},"value":""}}
        INVALID_OP | value:      | {"t":"op","seq":1,"data":{"kind":"insert","id":{"site":"a","counter":1},"after":{"site":"","counter":0},"value":"x\\ud800"}}
        INVALID_OP | after,      | {"t":"op","seq":1,"data":{"kind":"insert","id":{"site":"a","counter":1},"value":"x"}}
        INVALID_OP | before:     | {"t":"op","seq":1,"data":{"kind":"insert","id":{"site":"a","counter":1},"before":{"site":"","counter":0},"value":"x"}}
        """)
    void whatIsWrongIsNamed(ErrorCode code, String field, String frame) {
        WireException fault = assertThrows(WireException.class, () -> read(frame));
        assertEquals(code, fault.code(), fault.getMessage());
        assertTrue(fault.getMessage().contains(field), fault.getMessage());
        if (code == ErrorCode.INVALID_OP) {
            assertEquals(1L, fault.seq());
        }
    }

    @Test
    void anOpForOthersIsItsDataInAFrame() throws Exception {
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/op-from-others.json"));
        Message.Op op =
                assertInstanceOf(Message.Op.class, WireCodec.read(golden).get(0));
        assertEquals(0, op.seq());
        assertArrayEquals(golden, WireCodec.opFrame(WireCodec.writeOperation(op.operation())));
        assertArrayEquals(golden, WireCodec.write(op));
    }

    @Test
    void aTokenIsNotInWhatAMessageShowsOfItself() throws Exception {
        Message auth = read("{\"t\":\"auth\",\"token\":\"secret\"}").get(0);
        assertEquals(new Message.Auth("secret"), auth);
        assertFalse(auth.toString().contains("secret"), auth::toString);
        WireException fault = assertThrows(WireException.class, () -> read("{\"t\":\"auth\",\"token\":[\"secret\"]}"));
        assertFalse(fault.toString().contains("secret"), fault::toString);
    }

    @Test
    void extrasOfAPresenceAreValuesOfTheJdk() throws Exception {
        String frame = "{\"t\":\"presence\",\"user\":\"k\",\"cursor\":3,\"color\":\"\",\"client\":\"x1\",\"left\":true,"
                + "\"caret\":{\"element\":{\"site\":\"a\",\"counter\":9007199254740991},\"side\":\"after\"},"
                + "\"more\":[1,2.5,null,\"\u00e9\"]}";
        Message.Presence presence =
                assertInstanceOf(Message.Presence.class, read(frame).get(0));
        assertEquals("x1", presence.extras().get("client"));
        assertEquals(true, presence.extras().get("left"));
        assertEquals(
                Map.of("element", Map.of("site", "a", "counter", 9007199254740991L), "side", "after"),
                presence.extras().get("caret"));
        assertEquals(
                java.util.Arrays.asList(1, 2.5, null, "\u00e9"),
                presence.extras().get("more"));
        assertEquals(frame, new String(WireCodec.write(presence), StandardCharsets.UTF_8));
        assertThrows(
                UnsupportedOperationException.class, () -> presence.extras().put("x", 1));
    }

    @Test
    void fieldsOfAnEnvelopeAreReadAlongAndKeptOutOfTheMessage() {
        List<Object> seen = new ArrayList<>();
        byte[] frame = ("[{\"t\":\"presence\",\"user\":\"k\",\"src\":\"i1\",\"x\":1},{\"t\":\"ack\",\"seq\":1},"
                        + "{\"t\":\"ack\",\"seq\":2,\"src\":3}]")
                .getBytes(StandardCharsets.UTF_8);
        WireCodec.read(frame, Set.of("src", "dst"), new WireCodec.EnvelopeReader() {
            @Override
            public void message(Message message, Map<String, String> fields) {
                seen.add(message);
                seen.add(fields);
            }

            @Override
            public void fault(WireException fault) {
                seen.add(fault.getMessage());
            }
        });
        assertEquals(
                List.of(
                        new Message.Presence("k", 0, "", Map.of("x", 1)),
                        Map.of("src", "i1"),
                        new Message.Ack(1),
                        Map.of(),
                        "src: must be a string"),
                seen);
    }

    @Test
    void roomsHaveNamesThatStandInAnAddressAsTheyAre() {
        assertTrue(RoomId.isValid("a"));
        assertTrue(RoomId.isValid("Az09._~-"));
        assertTrue(RoomId.isValid("a".repeat(RoomId.MAX_LENGTH)));
        for (String name :
                List.of("", ".", "..", "a b", "a/b", "a:b", "\u00e9", "a\n", "a".repeat(RoomId.MAX_LENGTH + 1))) {
            assertFalse(RoomId.isValid(name), name);
        }
    }

    @Test
    void whereAFrameBreaksIsSaid() {
        byte[] frame = "{\"t\":\"op\",\"x\":\"\u00e9\"}".getBytes(StandardCharsets.UTF_8);
        frame[frame.length - 3] = 6;
        WireException fault = assertThrows(WireException.class, () -> WireCodec.read(frame));
        assertEquals("the frame of 19 bytes is not JSON at byte 17: Invalid UTF-8 middle byte 0x6", fault.getMessage());
    }

    @Property
    void garbageGivesAFaultAndNothingElse(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        List<Path> files = goldenFiles();
        byte[] frame = Files.readAllBytes(files.get(random.nextInt(files.size())));
        for (int i = random.nextInt(4); i >= 0; i--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
        }
        try {
            WireCodec.read(frame);
        } catch (WireException expected) {
            assertTrue(expected.getMessage().length() > 0);
        }
    }

    @Property
    void operationsSurviveTheRoundTrip(@ForAll long seed) throws WireException {
        Random random = new Random(seed);
        ElementId id = new ElementId("s" + random.nextInt(5), 1 + Math.abs(random.nextLong() % (1L << 52)));
        String value = new String(
                random.ints(1 + random.nextInt(5), 0, 0x10ffff)
                        .map(c -> c >= 0xd800 && c < 0xe000 ? c - 0x1000 : c)
                        .toArray(),
                0,
                1);
        Operation op = random.nextBoolean()
                ? new Operation.Delete(id, 1 + random.nextInt(9))
                : new Operation.Insert(id, Anchor.before(new ElementId("z", 3)), value);
        byte[] json = WireCodec.writeOperation(op);
        assertEquals(op, WireCodec.readOperation(json));
        assertArrayEquals(json, WireCodec.writeOperation(WireCodec.readOperation(json)));
    }

    private static List<Message> read(String frame) throws WireException {
        return WireCodec.read(frame.getBytes(StandardCharsets.UTF_8));
    }
}
