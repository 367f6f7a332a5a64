package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Input that is made to cost: it is bounded, and what is refused changes nothing. */
class HostileTest {
    @Test
    void aFewBytesThatSayAMillionStructsAreRefused() {
        SinkV2 bomb = new SinkV2(64);
        bomb.out.varUint(1);
        bomb.out.varUint(1_000_000);
        bomb.client(1);
        bomb.out.varUint(0);
        bomb.info(Kind.GC);
        for (int i = 0; i < 1_000_000; i++) {
            bomb.length(1);
        }
        bomb.out.varUint(0);
        byte[] update = bomb.toBytes();
        assertTrue(update.length < 40);
        refused("maxStructs", update, UpdateFormat.V2, YOptions.SERVER);
    }

    @Test
    void garbageThatSaysItTakesAllClocksIsRefused() {
        ByteOut out = new ByteOut();
        out.raw(Fixtures.hex("01 01 01 00 00"), 0, 5);
        out.varUint(1L << 52);
        out.varUint(0);
        refused("maxClockStep", out.toBytes(), UpdateFormat.V1, YOptions.SERVER);
    }

    private static void refused(String bound, byte[] update, UpdateFormat format, YOptions options) {
        YDocument document = new YDocument(9, options);
        byte[] before = document.encode();
        BoundExceededException e = assertThrows(BoundExceededException.class, () -> document.apply(update, format));
        assertEquals(bound, e.bound());
        assertArrayEquals(before, document.encode());
        assertEquals(0, document.pendingCount());
    }

    @Test
    void mapsNestedVeryDeepAreTakenReadAndDeleted() {
        int depth = 100_000;
        YDocument one = new YDocument(1);
        byte[] update = one.edit(() -> {
            YType map = one.root("m");
            for (int i = 0; i < depth; i++) {
                map = map.setType("k", TypeKind.MAP, null);
            }
            map.set("end", true);
        });
        YDocument other = new YDocument(2);
        other.apply(update);
        assertEquals("", other.root("m").plainText());
        assertThrows(BoundExceededException.class, () -> other.root("m").toJson());
        other.apply(one.edit(() -> one.root("m").remove("k")));
        assertEquals(Map.of(), other.root("m").entries());
        assertArrayEquals(one.encode(), other.encode());
        assertTrue(other.encode().length < 60, "a chain of types that was deleted is one piece of garbage");
    }

    @Test
    void valuesNestedTooDeepAreRefused() {
        ByteOut out = new ByteOut();
        out.raw(Fixtures.hex("01 01 01 00 08 01 01 61 01"), 0, 9);
        for (int i = 0; i < 1_000_000; i++) {
            out.raw(Values.ARRAY);
            out.varUint(1);
        }
        out.raw(Values.NULL);
        out.varUint(0);
        refused("maxDepth", out.toBytes(), UpdateFormat.V1, YOptions.SERVER);
    }

    @Test
    void manyClientsAtOneSpotAreTakenInOrder() {
        int clients = 2000;
        YDocument document = new YDocument(1L << 40);
        long steps = 0;
        for (int i = 1; i <= clients; i++) {
            YDocument one = new YDocument(i);
            int number = i;
            steps += document.apply(one.edit(() -> one.root("body").insert(0, number % 2 == 0 ? "e" : "o")))
                    .scanned();
        }
        assertEquals("oe".repeat(clients / 2), document.root("body").text());
        assertEquals((long) clients * (clients - 1) / 2, steps);
    }

    @Test
    void countsThatNothingFollowsAllocateNothing() {
        for (String hex : new String[] {
            "ffffffff0f",
            "01 ffffffff0f 01 00",
            "01 01 01 00 08 01 01 61 ffffffff0f",
            "00 ffffffff0f",
            "00 01 01 ffffffff0f",
            "01 01 01 00 02 01 01 61 ffffff7f"
        }) {
            assertThrows(RuntimeException.class, () -> new YDocument(1).apply(Fixtures.hex(hex)), hex);
        }
    }

    @Test
    void whatMayWaitIsBounded() {
        Bounds few = new Bounds(1000, 10, 100, 1000, 1000, 3, 1 << 20);
        YDocument document = new YDocument(9, YOptions.SERVER.with(few));
        for (int i = 0; i < 3; i++) {
            // Each builds on what never comes.
            document.apply(Fixtures.hex("01 01 0" + (i + 1) + " 05 84 08 00 01 42 00"));
        }
        assertEquals(3, document.pendingCount());
        BoundExceededException e = assertThrows(
                BoundExceededException.class, () -> document.apply(Fixtures.hex("01 01 04 05 84 08 00 01 42 00")));
        assertEquals("maxPendingStructs", e.bound());
        assertEquals(3, document.pendingCount());
        document.apply(Fixtures.hex("01 01 0a 00 04 01 01 62 01 41 00"));
        assertEquals("A", document.root("b").text());
    }

    @Test
    void clientsAreBounded() {
        Bounds few = new Bounds(1000, 10, 2, 1000, 1000, 3, 1 << 20);
        YDocument document = new YDocument(9, YOptions.SERVER.with(few));
        document.apply(Fixtures.hex("01 01 01 00 04 01 01 62 01 41 00"));
        document.apply(Fixtures.hex("01 01 02 00 04 01 01 62 01 41 00"));
        BoundExceededException e = assertThrows(
                BoundExceededException.class, () -> document.apply(Fixtures.hex("01 01 03 00 04 01 01 62 01 41 00")));
        assertEquals("maxClients", e.bound());
        assertEquals("AA", document.root("b").text());
    }

    @Test
    void whatWaitsFarApartIsEncodedAndLoaded() {
        YDocument document = new YDocument(9, YOptions.SERVER);
        document.apply(waiting(5));
        document.apply(waiting(1 << 30));
        assertEquals(2, document.pendingCount());
        for (UpdateFormat format : UpdateFormat.values()) {
            YDocument loaded = new YDocument(8, YOptions.SERVER);
            loaded.apply(document.encode(format), format);
            assertEquals(2, loaded.pendingCount());
            assertArrayEquals(document.encode(), loaded.encode());
        }
    }

    /** Clients that each write after another unit of a text, the lowest at its beginning or at its end, and come before it. */
    @Test
    void manyThatWaitForOneTextWalkAlongNothing() {
        int size = 2000;
        YDocument one = new YDocument(1);
        byte[] text = one.edit(() -> one.text("text").insert(0, "x".repeat(size)));
        for (boolean fromTheEnd : new boolean[] {false, true}) {
            YDocument first = new YDocument(8, YOptions.SERVER);
            YDocument last = new YDocument(9, YOptions.SERVER);
            first.apply(text);
            for (int i = 0; i < size; i++) {
                ByteOut out = new ByteOut();
                out.raw(Fixtures.hex("01 01"), 0, 2);
                out.varUint(10 + i);
                out.raw(Fixtures.hex("00 84 01"), 0, 3);
                out.varUint(fromTheEnd ? size - 1 - i : i);
                out.raw(Fixtures.hex("01 79 00"), 0, 3);
                first.apply(out.toBytes());
                last.apply(out.toBytes());
            }
            assertEquals(size, last.pendingCount());
            assertTrue(last.apply(text).scanned() <= 2L * size);
            assertArrayEquals(first.encode(), last.encode());
            last.checkInvariants();
        }
    }

    /** An update of client 1 that builds on what never comes. */
    private static byte[] waiting(int clock) {
        ByteOut out = new ByteOut();
        out.raw(Fixtures.hex("01 01 01"), 0, 3);
        out.varUint(clock);
        out.raw(Fixtures.hex("84 08 00 01 42 00"), 0, 6);
        return out.toBytes();
    }

    @Test
    void garbageOfSeveralUpdatesIsLoadedAsItWasTaken() {
        YDocument document = new YDocument(9, YOptions.SERVER);
        int step = Bounds.DEFAULT.maxClockStep();
        for (int i = 0; i < 3; i++) {
            ByteOut out = new ByteOut();
            out.raw(Fixtures.hex("01 01 01"), 0, 3);
            out.varUint((long) i * step);
            out.raw(Kind.GC);
            out.varUint(step);
            out.varUint(0);
            document.apply(out.toBytes());
        }
        assertEquals(3L * step, document.stateVector().clock(1));
        YDocument loaded = new YDocument(8, YOptions.SERVER);
        loaded.apply(document.encode());
        assertEquals(document.stateVector(), loaded.stateVector());
    }

    @Test
    void anUpdateThatCostsMoreThanItsBudgetIsRefusedAndChangesNothing() {
        int size = 3000;
        byte[] update = walksThroughAText(size);
        YDocument trial = new YDocument(1L << 40, YOptions.SERVER);
        long steps = trial.apply(update).scanned();
        assertTrue(steps > (long) size * size / 2);
        YDocument document = new YDocument(1L << 40, YOptions.SERVER);
        document.root("other").insert(0, "text");
        byte[] before = document.encode();
        BoundExceededException e =
                assertThrows(BoundExceededException.class, () -> document.check(update, UpdateFormat.V1, steps - 1));
        assertEquals("maxScan", e.bound());
        assertArrayEquals(before, document.encode());
        document.check(update, UpdateFormat.V1, steps);
        assertArrayEquals(before, document.encode());
        assertThrows(MalformedUpdateException.class, () -> document.check(new byte[] {1}, UpdateFormat.V1, steps));
        // A few structs cannot cost much, and are not tried.
        document.check(document.encode(), UpdateFormat.V1, 100);
        assertEquals(steps, document.apply(update).scanned());
        assertEquals(2 * size, document.root("body").length());
    }

    /** One update: a text, and as many inserts in front of it that each name another unit of it as their right neighbour. */
    static byte[] walksThroughAText(int inserts) {
        ByteOut out = new ByteOut();
        out.varUint(2);
        out.varUint(1);
        out.varUint(7);
        out.varUint(0);
        out.raw(Fixtures.hex("04 01 04 62 6f 64 79"), 0, 7);
        out.varUint(inserts);
        for (int i = 0; i < inserts; i++) {
            out.raw('x');
        }
        out.varUint(inserts);
        out.varUint(3);
        out.varUint(0);
        for (int i = 0; i < inserts; i++) {
            out.raw(Kind.HAS_RIGHT_ORIGIN | Kind.STRING);
            out.varUint(7);
            out.varUint(i);
            out.varUint(1);
            out.raw('y');
        }
        out.varUint(0);
        return out.toBytes();
    }
}
