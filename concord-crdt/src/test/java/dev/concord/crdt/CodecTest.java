package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** docs/FORMAT.md, held. */
class CodecTest {
    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** A document with everything that the format has: two sites, both sides, tombstones, siblings, astral text, pending. */
    static Document specimen() {
        Document document = new Document("r");
        RandomHistory.wild(new Random(7), 60).forEach(document::apply);
        document.apply(new Operation.Insert(
                new ElementId("late", 5), Anchor.before(new ElementId("never", 9)), "w\uD83D\uDE00"));
        document.apply(new Operation.Delete(new ElementId("late", 6), 1));
        document.apply(new Operation.Delete(new ElementId("gone", 3), 4));
        return document;
    }

    @Test
    void theFixtureStillLoadsAndIsStillWritten() throws IOException {
        byte[] state = Files.readAllBytes(FIXTURES.resolve("state-1.bin"));
        Document document = Document.load("r", state);
        assertEquals(Files.readString(FIXTURES.resolve("state-1.txt")), document.text());
        assertArrayEquals(Envelope.unwrap(state), Envelope.unwrap(document.encode()));
        assertArrayEquals(Files.readAllBytes(FIXTURES.resolve("version-1.bin")), document.version());
        assertEquals(2 + 1, document.pendingCount());
    }

    @Test
    void anEmptyStateIsAsThePageSays() {
        assertArrayEquals(
                new byte[] {'C', 'D', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new Document("r").encode());
    }

    @Test
    void theHighestCountersSurvive() {
        long highest = ElementId.MAX_COUNTER;
        Document document = new Document("r");
        document.apply(new Operation.Insert(new ElementId("a", highest), Anchor.after(ElementId.HEAD), "x"));
        document.apply(new Operation.Insert(new ElementId("b", 1), Anchor.before(new ElementId("a", highest)), "y"));
        document.apply(
                new Operation.Insert(new ElementId("b", highest - 1), Anchor.before(new ElementId("b", 1)), "zz"));
        document.apply(
                new Operation.Insert(new ElementId("c", highest), Anchor.after(new ElementId("q", highest)), "w"));
        document.apply(new Operation.Delete(new ElementId("d", highest), 1));
        assertArrayEquals(
                document.encode(), Document.load("l", document.encode()).encode());
        Document other = new Document("o");
        other.merge(document.difference(other.version()));
        assertArrayEquals(document.encode(), other.encode());
        OperationWriter writer = new OperationWriter();
        document.missingFrom(new Document("n").version()).forEach(writer::write);
        OperationReader reader = new OperationReader(writer.toBytes());
        Document third = new Document("t");
        while (reader.hasNext()) {
            third.apply(reader);
        }
        assertArrayEquals(document.encode(), third.encode());
    }

    @Test
    void everyTruncationIsRefused() {
        for (byte[] whole : List.of(specimen().encode(), stored(specimen()))) {
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(MalformedStateException.class, () -> Document.load("r", cut));
            }
        }
        byte[] version = specimen().version();
        for (int length = 0; length < version.length; length++) {
            byte[] cut = Arrays.copyOf(version, length);
            assertThrows(MalformedStateException.class, () -> specimen().difference(cut));
        }
    }

    @Test
    void aLaterVersionOfAFormatIsNotTakenForDamage() {
        Document document = specimen();
        OperationWriter writer = new OperationWriter();
        document.missingFrom(new Document("n").version()).forEach(writer::write);
        for (byte[] whole : List.of(document.encode(), document.version(), writer.toBytes())) {
            byte[] later = whole.clone();
            later[2] = 9;
            assertTrue(refused(later).isUnknownVersion());
            assertFalse(refused(Arrays.copyOf(whole, 3)).isUnknownVersion());
        }
    }

    private static MalformedStateException refused(byte[] bytes) {
        return assertThrows(MalformedStateException.class, () -> {
            switch (bytes[1]) {
                case 'D' -> Document.load("r", bytes);
                case 'V' -> specimen().difference(bytes);
                default -> new OperationReader(bytes).next();
            }
        });
    }

    @Test
    void everyFlippedByteIsRefusedOrReadWithoutHarm() {
        for (byte[] whole : List.of(specimen().encode(), stored(specimen()))) {
            for (int at = 0; at < whole.length; at++) {
                for (int flip : new int[] {0x01, 0x40, 0x80, 0xff}) {
                    byte[] bad = whole.clone();
                    bad[at] ^= (byte) flip;
                    survives(bad);
                }
            }
        }
    }

    @Property
    void garbageBodiesAreRefusedOrReadWithoutHarm(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bad = stored(specimen());
        for (int i = random.nextInt(6); i >= 0; i--) {
            bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt(256);
        }
        survives(bad);
    }

    @Test
    void declaredLengthsAreCheckedBeforeAnythingIsAllocated() {
        byte[] bomb = {'C', 'D', 1, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7, 3, 0};
        MalformedStateException refused = assertThrows(MalformedStateException.class, () -> Document.load("r", bomb));
        assertTrue(refused.getMessage().contains("cannot hold"), refused.getMessage());
    }

    @Test
    void aDocumentThatRefusedAStateIsAsItWas() {
        Document document = specimen();
        byte[] before = document.encode();
        byte[] cut = Arrays.copyOf(before, before.length - 1);
        assertThrows(MalformedStateException.class, () -> document.merge(cut));
        assertArrayEquals(before, document.encode());
    }

    private static void survives(byte[] bad) {
        try {
            Document document = Document.load("r", bad);
            document.checkInvariants();
        } catch (MalformedStateException | ConflictException expected) {
            assertTrue(expected.getMessage().length() > 0);
        }
    }

    /** The state without compression, so that damage reaches the body. */
    private static byte[] stored(Document document) {
        byte[] body = Envelope.unwrap(document.encode());
        byte[] state = new byte[body.length + 4];
        state[0] = 'C';
        state[1] = 'D';
        state[2] = 1;
        System.arraycopy(body, 0, state, 4, body.length);
        return state;
    }
}
