package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes that were written down from the format, and what is refused. */
class CodecTest {
    private static String applied(String... updates) {
        YDocument document = new YDocument(9);
        for (String update : updates) {
            document.apply(Fixtures.hex(update));
        }
        return document.root("body").text();
    }

    @Test
    void anInsertAndOneBehindItInVersion1() {
        assertEquals("A", applied("01 01 01 00 04 01 04 626f6479 01 41 00"));
        assertEquals("AB", applied("01 01 01 00 04 01 04 626f6479 01 41 00", "01 01 01 01 84 01 00 01 42 00"));
        assertEquals("AB", applied("01 01 01 01 84 01 00 01 42 00", "01 01 01 00 04 01 04 626f6479 01 41 00"));
    }

    @Test
    void unsignedIntegersHaveSevenBitsAByteAndEndAt2To53() {
        for (long value : new long[] {0, 1, 127, 128, 16383, 16384, 1L << 31, 1L << 32, (1L << 53) - 1}) {
            ByteOut out = new ByteOut();
            out.varUint(value);
            ByteIn in = new ByteIn(out.toBytes());
            assertEquals(value, in.varUint());
            in.expectEnd("the number");
        }
        assertThrows(MalformedUpdateException.class, () -> new ByteIn(Fixtures.hex("80808080808080 10")).varUint());
        assertThrows(
                MalformedUpdateException.class, () -> new ByteIn(Fixtures.hex("ffffffffffffffffffffff01")).varUint());
        assertThrows(MalformedUpdateException.class, () -> new ByteIn(Fixtures.hex("80")).varUint());
    }

    @Test
    void signedIntegersHaveAMinusZero() {
        for (long value :
                new long[] {0, 1, -1, 63, -63, 64, -64, 8191, 8192, -(1L << 40), (1L << 53) - 1, -(1L << 53) + 1}) {
            ByteOut out = new ByteOut();
            out.varInt(value);
            ByteIn in = new ByteIn(out.toBytes());
            assertEquals(value, in.varInt());
            assertEquals(value < 0, in.negative);
        }
        ByteIn minusZero = new ByteIn(Fixtures.hex("40"));
        assertEquals(0, minusZero.varInt());
        assertEquals(true, minusZero.negative);
    }

    @Test
    void valuesAreThoseOfLib0() {
        Map<Object, String> written = new LinkedHashMap<>();
        written.put(Undefined.UNDEFINED, "7f");
        written.put(true, "78");
        written.put(false, "79");
        written.put(0L, "7d00");
        written.put(-0.0, "7d40");
        written.put(-1L, "7d41");
        written.put(2147483647L, "7dbfffffff0f");
        written.put(2147483648L, "7c4f000000");
        written.put(1099511627776L, "7c53800000");
        written.put(1.5, "7c3fc00000");
        written.put(0.1, "7b3fb999999999999a");
        written.put(2147483649L, "7b41e0000000200000");
        written.put(BigInteger.TWO, "7a0000000000000002");
        written.put("ä", "7702c3a4");
        written.put(List.of(1L, "x"), "75027d01770178");
        written.put(Map.of("k", true), "7601016b78");
        written.forEach((value, hex) -> {
            assertEquals(hex, Fixtures.hex(Values.bytes(value)), value.toString());
            ByteIn in = new ByteIn(Fixtures.hex(hex));
            assertEquals(true, Values.skip(in, 10), "in the form of a browser: " + hex);
            in.expectEnd("the value");
            Object read = Values.read(Fixtures.hex(hex));
            assertEquals(hex, Fixtures.hex(Values.bytes(read)));
        });
        assertEquals("7e", Fixtures.hex(Values.bytes(null)));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) Values.read(Fixtures.hex("74020102")));
    }

    @Test
    void numbersOfOthersAreWrittenAsABrowserWould() {
        // 1 as a double, 1 as a float, an integer above 31 bits, NaN with a payload, a padded integer.
        String[] given = {"7b3ff0000000000000", "7c3f800000", "7d80808010", "7b7ff8000000000001", "7d8100"};
        String[] kept = {"7d01", "7d01", "7d80808010", "7b7ff8000000000000", "7d01"};
        for (int i = 0; i < given.length; i++) {
            ByteIn in = new ByteIn(Fixtures.hex(given[i]));
            boolean canonical = Values.skip(in, 1);
            assertEquals(given[i].equals(kept[i]), canonical, given[i]);
            assertEquals(kept[i], Fixtures.hex(Values.bytes(Values.read(Fixtures.hex(given[i])))));
        }
    }

    @Test
    void jsonIsThatOfJavaScript() {
        String[] same = {
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "0.1",
            "1e+21",
            "1e-7",
            "123456789012345680000",
            "5e-324",
            "1.7976931348623157e+308",
            "\"\\u0001\\n\\\"\\\\é\"",
            "[]",
            "{}",
            "[1,[2,{\"a\":[]}]]",
            "{\"b\":1,\"a\":2}",
            "0.000001",
            "4.35",
            "100"
        };
        for (String json : same) {
            assertEquals(json, again(json));
        }
        assertEquals("{\"1\":2,\"2\":1,\"b\":0}", again("{\"b\":0,\"2\":1,\"1\":2}"));
        assertEquals("1", again(" 1.0 "));
        assertEquals("null", again("1e400"));
        assertEquals("\"\\ud800\"", again("\"\\ud800\""));
        assertEquals("\"/\"", again("\"\\/\""));
        for (String wrong :
                new String[] {"", "tru", "01", "1.", "-", "[1,]", "{\"a\"}", "{a:1}", "\"", "\"\n\"", "1 2", "NaN"}) {
            assertThrows(MalformedUpdateException.class, () -> again(wrong), wrong);
        }
    }

    private static String again(String json) {
        ByteOut out = new ByteOut();
        out.utf8(json);
        return JsJson.stringify(JsJson.parse(new ByteIn(out.toBytes()), 20));
    }

    @Test
    void columnsRepeat() {
        ColumnsOut.Integers integers = new ColumnsOut.Integers();
        ColumnsOut.Differences differences = new ColumnsOut.Differences();
        ColumnsOut.Bytes bytes = new ColumnsOut.Bytes();
        List<Long> values = List.of(0L, 0L, 0L, 5L, 7L, 7L, 8L, 9L, 10L, 0L);
        for (long value : values) {
            integers.add(value);
            differences.add(value);
            bytes.add((int) value);
        }
        integers.end();
        differences.end();
        Columns.Integers integersIn = new Columns.Integers(new ByteIn(integers.out.toBytes()));
        Columns.Differences differencesIn = new Columns.Differences(new ByteIn(differences.out.toBytes()));
        Columns.Bytes bytesIn = new Columns.Bytes(new ByteIn(bytes.out.toBytes()));
        for (long value : values) {
            assertEquals(value, integersIn.next());
            assertEquals(value, differencesIn.next());
            assertEquals(value, bytesIn.next());
        }
        assertEquals(
                "4001",
                Fixtures.hex(Arrays.copyOf(integers.out.toBytes(), 2)),
                "three zeros: -0, and one more than two");
    }

    @Test
    void halvesOfAPairInTwoStringsOfVersion2AreAPair() {
        // Two clients' edits, each with half a pair, as an editor makes them that compares units.
        SinkV2 sink = new SinkV2(64);
        TextStore text = new TextStore();
        text.append("\uD83D\uDE00x");
        sink.out.varUint(1);
        sink.out.varUint(2);
        sink.client(1);
        sink.out.varUint(0);
        sink.info(Kind.STRING);
        sink.isRoot(true);
        sink.string(new byte[] {'b'}, 0, 1);
        sink.string(text, 0, 1);
        sink.info(Kind.STRING | Kind.HAS_ORIGIN);
        sink.leftId(1, 0);
        sink.string(text, 1, 3);
        sink.out.varUint(0);
        YDocument document = new YDocument(2);
        document.apply(sink.toBytes(), UpdateFormat.V2);
        assertEquals("\uD83D\uDE00x", document.root("b").text());
        YDocument again = new YDocument(3);
        again.apply(document.encode(UpdateFormat.V2), UpdateFormat.V2);
        assertEquals("\uD83D\uDE00x", again.root("b").text());
    }

    @Test
    void keysOfVersion2MayBeNamedByTheirNumber() {
        // Two formats, the second with the first one's key.
        SinkV2 sink = new SinkV2(64);
        sink.out.varUint(1);
        sink.out.varUint(2);
        sink.client(1);
        sink.out.varUint(0);
        sink.info(Kind.FORMAT);
        sink.isRoot(true);
        sink.string(new byte[] {'b'}, 0, 1);
        sink.key(new byte[] {'k'}, 0, 1);
        sink.json(new byte[] {Values.TRUE}, 0, 1);
        sink.info(Kind.FORMAT | Kind.HAS_ORIGIN);
        sink.leftId(1, 0);
        sink.keyOfNumber(0);
        sink.json(new byte[] {Values.FALSE}, 0, 1);
        sink.out.varUint(0);
        String v1 = Fixtures.hex(Updates.convert(sink.toBytes(), UpdateFormat.V2, UpdateFormat.V1));
        assertEquals("010201000601016201" + "6b" + "0474727565" + "860100" + "016b" + "0566616c7365" + "00", v1);
    }

    @Test
    void refusalsNameTheByte() {
        Map<String, Integer> wrong = new LinkedHashMap<>();
        wrong.put("", 0);
        wrong.put("01", 1);
        wrong.put("01 01 01 00 04 01 04 626f64", 6);
        wrong.put("00 00 00", 2);
        wrong.put("01 01 01 00 04 02", 5);
        wrong.put("01 01 01 00 8b 01 00", 4);
        wrong.put("01 01 01 00 07 01 01 62 07 00", 4);
        wrong.put("01 01 01 00 84 01 00 01 42 00", 4);
        wrong.put("01 01 01 00 04 01 01 62 02 c3 28 00", 9);
        wrong.put("01 01 01 00 08 01 01 62 01 73 00", 9);
        wrong.put("01 01 01 00 00 00 00", 4);
        List<String> failed = new ArrayList<>();
        wrong.forEach((hex, at) -> {
            MalformedUpdateException e =
                    assertThrows(MalformedUpdateException.class, () -> new YDocument(1).apply(Fixtures.hex(hex)), hex);
            if (e.at() != at) {
                failed.add(hex + " " + e.getMessage());
            }
        });
        assertEquals(List.of(), failed);
    }

    @Test
    void stateVectorsAreHighestFirstAndMayNameClock0() {
        StateVector vector = StateVector.of(Fixtures.hex("02 01 05 07 00"));
        assertEquals(5, vector.clock(1));
        assertEquals(0, vector.clock(7));
        assertEquals("0207000105", Fixtures.hex(vector.toBytes()));
        assertThrows(MalformedUpdateException.class, () -> StateVector.of(Fixtures.hex("02 01 05 07")));
        assertThrows(MalformedUpdateException.class, () -> StateVector.of(Fixtures.hex("00 00")));
    }

    @Test
    void gapsAreTakenAnywhereInABlock() {
        // Skip first, then "B" after clock 0; then a gap between two.
        assertEquals("AB", applied("01 02 01 00 0a 01 84 01 00 01 42 00", "01 01 01 00 04 01 04 626f6479 01 41 00"));
        YDocument document = new YDocument(3);
        document.apply(Fixtures.hex("01 03 01 00 04 01 04 626f6479 01 41 0a 01 84 01 01 01 43 00"));
        assertEquals(1, document.pendingCount());
        assertEquals("A", document.root("body").text());
        document.apply(Fixtures.hex("01 01 01 01 84 01 00 01 42 00"));
        assertEquals("ABC", document.root("body").text());
    }

    @Test
    void clientsAbove31BitsAndTheEmptyKeyAreOrdinary() {
        YDocument one = new YDocument((1L << 53) - 1);
        byte[] update = one.edit(() -> one.root("m").set("", "v"));
        YDocument other = new YDocument(1L << 40);
        other.apply(update);
        assertEquals("v", other.root("m").get(""));
        assertArrayEquals(one.encode(), other.encode());
    }

    @Test
    void clientsAndClocksUpTo53BitsAreWrittenAndRead() {
        ByteOut out = new ByteOut();
        long most = (1L << 53) - 1;
        out.varUint(1);
        out.varUint(4);
        out.varUint(most);
        out.varUint(0);
        // The clocks of the left and right ids go from one end to the other and back.
        for (long clock : new long[] {0, most, 0, most}) {
            out.raw(Kind.HAS_ORIGIN | Kind.HAS_RIGHT_ORIGIN | Kind.STRING);
            out.varUint(most - 1);
            out.varUint(clock);
            out.varUint(most - 2);
            out.varUint(most - clock);
            out.string("x");
        }
        out.varUint(1);
        out.varUint(most);
        out.varUint(1);
        out.varUint(most - 1);
        out.varUint(1);
        byte[] update = out.toBytes();
        byte[] converted = Updates.convert(update, UpdateFormat.V1, UpdateFormat.V2);
        assertArrayEquals(update, Updates.convert(converted, UpdateFormat.V2, UpdateFormat.V1));
        YDocument document = new YDocument(most);
        document.apply(update);
        assertEquals(5, document.pendingCount());
        YDocument loaded = new YDocument(most);
        loaded.apply(document.encode(UpdateFormat.V2), UpdateFormat.V2);
        assertArrayEquals(document.encode(), loaded.encode());
        loaded.client(most - 3);
        byte[] own = loaded.edit(() -> loaded.text("t").insert(0, "own"));
        document.apply(own);
        assertEquals("own", document.text("t").text());
        assertEquals(3, document.stateVector().clock(most - 3));
    }
}
