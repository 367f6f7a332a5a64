package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The binary form of operations. */
class OperationStreamTest {
    private static final Path FIXTURE = Path.of("src/test/resources/fixtures/operations-1.bin");

    static byte[] specimen() {
        return write(RandomHistory.wild(new Random(11), 40));
    }

    @Test
    void theFixtureStillReadsAndIsStillWritten() throws IOException {
        byte[] fixture = Files.readAllBytes(FIXTURE);
        assertArrayEquals(fixture, specimen());
        assertEquals(RandomHistory.wild(new Random(11), 40), read(fixture));
    }

    @Test
    void aTypedCharacterTakesTwoBytes() {
        Document document = new Document("me");
        OperationWriter writer = new OperationWriter();
        document.insert(0, "a", writer);
        int first = writer.size();
        document.insert(1, "b", writer);
        assertEquals(first + 2, writer.size());
        document.delete(1, 1, writer);
        assertEquals(first + 4, writer.size());
    }

    @Property
    void operationsSurviveTheRoundTrip(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = RandomHistory.delivery(RandomHistory.wild(random, 5 + random.nextInt(60)), random);
        assertEquals(ops, read(write(ops)));
    }

    @Property
    void applyingAStreamIsApplyingItsOperations(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> ops = RandomHistory.delivery(
                random.nextBoolean()
                        ? RandomHistory.wild(random, 5 + random.nextInt(40))
                        : RandomHistory.typed(random, 3, 10 + random.nextInt(60)),
                random);
        Document one = new Document("one");
        Document two = new Document("two");
        OperationReader stream = new OperationReader(write(ops));
        for (Operation op : ops) {
            assertEquals(one.apply(op), two.apply(stream));
        }
        two.checkInvariants();
        assertArrayEquals(one.encode(), two.encode());
    }

    @Property
    void editsWrittenToAStreamAreTheEditsThatWereMade(@ForAll long seed) {
        Random random = new Random(seed);
        Document listed = new Document("me");
        Document written = new Document("me");
        List<Operation> ops = new ArrayList<>();
        OperationWriter writer = new OperationWriter();
        for (int i = 0; i < 30; i++) {
            int offset = RandomHistory.whole(listed.text(), random.nextInt(listed.length() + 1));
            if (random.nextInt(3) > 0) {
                String text = RandomHistory.text(random, 1 + random.nextInt(3));
                ops.addAll(listed.insert(offset, text));
                written.insert(offset, text, writer);
            } else {
                int end = RandomHistory.whole(listed.text(), Math.min(listed.length(), offset + random.nextInt(5)));
                ops.addAll(listed.delete(offset, Math.max(0, end - offset)));
                written.delete(offset, Math.max(0, end - offset), writer);
            }
        }
        assertEquals(ops, read(writer.toBytes()));
        assertArrayEquals(listed.encode(), written.encode());
    }

    @Test
    void everyTruncationAndFlipIsRefusedOrReadWithoutHarm() {
        byte[] whole = specimen();
        for (int length = 0; length < 3; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(MalformedStateException.class, () -> read(cut));
        }
        for (int length = 3; length < whole.length; length++) {
            survives(Arrays.copyOf(whole, length));
        }
        for (int at = 0; at < whole.length; at++) {
            for (int flip = 1; flip < 256; flip <<= 1) {
                byte[] bad = whole.clone();
                bad[at] ^= (byte) flip;
                survives(bad);
            }
        }
    }

    private static void survives(byte[] bad) {
        Document document = new Document("r");
        try {
            OperationReader reader = new OperationReader(bad);
            while (reader.hasNext()) {
                document.apply(reader);
            }
        } catch (MalformedStateException | ConflictException expected) {
            assertTrue(expected.getMessage().length() > 0);
        }
        document.checkInvariants();
    }

    private static byte[] write(List<Operation> ops) {
        OperationWriter writer = new OperationWriter();
        ops.forEach(writer::write);
        return writer.toBytes();
    }

    private static List<Operation> read(byte[] bytes) {
        List<Operation> ops = new ArrayList<>();
        OperationReader reader = new OperationReader(bytes);
        while (reader.hasNext()) {
            ops.add(reader.next());
        }
        return ops;
    }
}
