package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged and hostile bytes for every decoder: a typed exception or a sound document, never anything else, never a hang, and never more
 * memory than a multiple of the input, measured for every single input.
 *
 * <p>The input that counts is the body of a state, uncompressed: DEFLATE may rightly expand 1032 times. Who takes states from
 * strangers bounds the body, see {@link Document#load(String, byte[], int)}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DecoderFuzzTest {
    /** Bytes that may be allocated for a byte of input: a run or a waiting insert of a few bytes takes that much. */
    private static final int BYTES_PER_BYTE = 300;
    /** Bytes that may be allocated for any input: an empty document, an inflater, an exception with its trace. */
    private static final int BYTES_PER_INPUT = 60_000;

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final int[] FLIPS = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7f, 0xff};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final TreeMap<String, Integer> outcomes = new TreeMap<>();
    private double worst;

    private interface Decoder {
        /** Reads the bytes; returns the document to be checked. */
        Document read(byte[] bytes);
    }

    @Test
    void everyTruncationAndEveryFlipOfTheFixtureStates() throws IOException {
        byte[] state = Files.readAllBytes(FIXTURES.resolve("state-1.bin"));
        for (byte[] whole : List.of(state, stored(state), CodecTest.specimen().encode())) {
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(MalformedStateException.class, () -> Document.load("r", cut), "cut after " + length);
                survives(DecoderFuzzTest::load, cut, "cut after " + length);
            }
            flip(whole, bad -> survives(DecoderFuzzTest::load, bad, "flipped"));
        }
        report("truncations and flips of states");
    }

    @Test
    void damageBeneathTheCompression() {
        byte[] body = Envelope.unwrap(CodecTest.specimen().encode());
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Envelope.wrap(Arrays.copyOf(body, length));
            assertThrows(MalformedStateException.class, () -> Document.load("r", cut));
        }
        flip(body, bad -> survives(DecoderFuzzTest::load, Envelope.wrap(bad), "flipped beneath the compression"));
        report("truncations and flips beneath the compression");
    }

    @Test
    void damagedStatesMergedIntoADocument() throws IOException {
        byte[] whole = stored(Files.readAllBytes(FIXTURES.resolve("state-1.bin")));
        byte[] half = half().encode();
        flip(whole, bad -> {
            Document document = Document.load("r", half);
            survives(
                    bytes -> {
                        document.merge(bytes);
                        return document;
                    },
                    bad,
                    "merged");
            document.checkInvariants();
        });
        report("flips of a state that is merged");
    }

    @Test
    void everyTruncationAndEveryFlipOfTheFixtureVersion() throws IOException {
        byte[] version = Files.readAllBytes(FIXTURES.resolve("version-1.bin"));
        Document document = half();
        byte[] before = document.encode();
        Decoder difference = bytes -> {
            document.difference(bytes);
            return document;
        };
        for (int length = 0; length < version.length; length++) {
            byte[] cut = Arrays.copyOf(version, length);
            assertThrows(MalformedStateException.class, () -> document.difference(cut));
        }
        flip(version, bad -> survives(difference, bad, "flipped"));
        Random random = new Random(Seeds.first());
        for (int i = Seeds.runs(8_000); i > 0; i--) {
            survives(difference, Garbage.version(random), "garbage");
        }
        assertArrayEquals(before, document.encode());
        report("versions");
    }

    @Test
    void everyTruncationAndEveryFlipOfTheFixtureOperations() throws IOException {
        byte[] operations = Files.readAllBytes(FIXTURES.resolve("operations-1.bin"));
        for (int length = 0; length < operations.length; length++) {
            survives(DecoderFuzzTest::apply, Arrays.copyOf(operations, length), "cut after " + length);
        }
        flip(operations, bad -> survives(DecoderFuzzTest::apply, bad, "flipped"));
        flip(operations, bad -> survives(DecoderFuzzTest::applyOneByOne, bad, "flipped"));
        report("operations");
    }

    @Test
    void garbage() {
        long first = Seeds.first();
        int runs = Seeds.isReplay() ? 1 : Seeds.runs(8_000);
        for (long seed = first; seed < first + runs; seed++) {
            try {
                Random random = new Random(seed);
                survives(DecoderFuzzTest::load, Garbage.state(random), "garbage");
                survives(DecoderFuzzTest::apply, Garbage.operations(random), "garbage");
                survives(DecoderFuzzTest::load, Garbage.bytes(random, "CD\1\0"), "garbage");
                survives(DecoderFuzzTest::apply, Garbage.bytes(random, "CO\1"), "garbage");
            } catch (AssertionError e) {
                Seeds.printReplay("DecoderFuzzTest#garbage", seed);
                throw e;
            }
        }
        report("garbage from " + runs + " seeds");
    }

    @Test
    void largeInputsOfOneRepeatedShapeStayWithinTheBound() {
        // Each as many elements as its bytes pay for: the worst that each structure can be made to take.
        for (int n : new int[] {1_000, Seeds.runs(30_000)}) {
            for (byte[] state :
                    List.of(Garbage.siblings(n), Garbage.nested(n), Garbage.waiting(n), Garbage.deletes(n))) {
                survives(DecoderFuzzTest::load, state, "large, " + n);
            }
            survives(DecoderFuzzTest::apply, Garbage.scattered(n), "large, " + n);
        }
        report("large inputs");
    }

    @Test
    void aBoundOnTheBodyIsCheckedBeforeItIsInflated() {
        Document document = new Document("me");
        document.insert(0, "x".repeat(1_000_000));
        byte[] state = document.encode();
        assertTrue(state.length < 10_000, "compresses well");
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThrows(MalformedStateException.class, () -> Document.load("r", state, 100_000));
        long used = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(used < BYTES_PER_INPUT, used + " bytes were allocated");
        assertTrue(Document.load("r", state, 1_100_000).length() == 1_000_000);
        assertThrows(MalformedStateException.class, () -> new Document("r").merge(stored(document.encode()), 100_000));
    }

    private static Document load(byte[] state) {
        return Document.load("r", state);
    }

    private static Document apply(byte[] operations) {
        Document document = new Document("r");
        try {
            OperationReader reader = new OperationReader(operations);
            while (reader.hasNext()) {
                document.apply(reader);
            }
        } catch (MalformedStateException | ConflictException | InvalidOperationException e) {
            document.checkInvariants();
            throw e;
        }
        return document;
    }

    private static Document applyOneByOne(byte[] operations) {
        Document document = new Document("r");
        OperationReader reader = new OperationReader(operations);
        while (reader.hasNext()) {
            document.apply(reader.next());
        }
        return document;
    }

    private static void flip(byte[] whole, Consumer<byte[]> target) {
        for (int at = 0; at < whole.length; at++) {
            for (int flip : FLIPS) {
                byte[] bad = whole.clone();
                bad[at] ^= (byte) flip;
                target.accept(bad);
            }
        }
    }

    private void survives(Decoder decoder, byte[] bytes, String what) {
        if (!survives(decoder, bytes, what, false)) {
            // The first time that a message is put together, or a class used, the JVM allocates for itself.
            survives(decoder, bytes, what, true);
        }
    }

    private boolean survives(Decoder decoder, byte[] bytes, String what, boolean again) {
        Document document = null;
        String outcome = "read";
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            document = decoder.read(bytes);
        } catch (MalformedStateException | ConflictException | InvalidOperationException e) {
            outcome = e.getClass().getSimpleName();
            assertTrue(!e.getMessage().isEmpty());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what + ": " + HexFormat.of().formatHex(bytes), e);
        }
        long used = THREADS.getCurrentThreadAllocatedBytes() - before;
        long input = bodySize(bytes);
        if (used > BYTES_PER_INPUT + BYTES_PER_BYTE * input) {
            if (!again) {
                return false;
            }
            throw new AssertionError(what + ": " + used + " bytes were allocated for " + input + " (" + outcome + ")");
        }
        worst = Math.max(worst, (double) (used - BYTES_PER_INPUT) / Math.max(1, input));
        if (document != null) {
            document.checkInvariants();
        }
        outcomes.merge(outcome, 1, Integer::sum);
        return true;
    }

    /** The size of a state's body as far as it may be inflated, or of anything else. */
    private static long bodySize(byte[] bytes) {
        if (bytes.length > 5 && bytes[0] == 'C' && bytes[1] == 'D' && bytes[2] == 1 && bytes[3] == 1) {
            ByteReader in = new ByteReader(bytes);
            in.block(4);
            try {
                return Math.min(in.varint(), 1032L * in.remaining() + 64);
            } catch (MalformedStateException e) {
                return bytes.length;
            }
        }
        return bytes.length;
    }

    private void report(String what) {
        System.out.printf(
                "fuzz, %s: %s; at most %.0f bytes allocated for a byte, above %d%n",
                what, outcomes, Math.max(0, worst), BYTES_PER_INPUT);
    }

    private static Document half() {
        Document document = new Document("r");
        List<Operation> ops = RandomHistory.wild(new Random(7), 60);
        ops.subList(0, 30).forEach(document::apply);
        return document;
    }

    /** The state without compression, so that damage reaches the body. */
    private static byte[] stored(byte[] state) {
        byte[] body = Envelope.unwrap(state);
        byte[] stored = new byte[body.length + 4];
        stored[0] = 'C';
        stored[1] = 'D';
        stored[2] = 1;
        System.arraycopy(body, 0, stored, 4, body.length);
        return stored;
    }
}
