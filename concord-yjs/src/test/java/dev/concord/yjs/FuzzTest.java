package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Updates of real sessions with bytes changed, cut, doubled and mixed: they are applied or refused by a typed exception, and what is refused
 * changes nothing. None allocates more than 64 MB. 100,000 in a build, and in proportion to {@code concord.tries}.
 */
class FuzzTest {
    /** What one input may allocate, in bytes, whether it is applied or refused. */
    private static final long MAX_ALLOCATED = 64_000_000;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void mutatedUpdatesAreAppliedOrRefused() throws Exception {
        List<byte[]> corpus = corpus();
        int runs = Seeds.runs(1000);
        long[] counts = new long[5];
        for (long seed = Seeds.first(); seed < Seeds.first() + runs; seed++) {
            Seeds.run("FuzzTest", seed, given -> session(given, corpus, counts));
        }
        System.out.println("fuzz: " + counts[0] + " inputs, " + counts[1] + " malformed, " + counts[2]
                + " beyond bounds, the others applied; at most " + counts[3] / 1_000_000 + " ms of CPU time and "
                + counts[4] / 1000 + " KB each; no failure");
    }

    private static List<byte[]> corpus() throws Exception {
        List<byte[]> corpus = new ArrayList<>();
        String[] lines = Fixtures.lines("sessions.jsonl");
        for (int i = 0; i < lines.length; i += 8) {
            JsonNode session = Fixtures.JSON.readTree(lines[i]);
            session.get("updates").forEach(update -> corpus.add(Fixtures.base64(update)));
            corpus.add(Fixtures.base64(session.get("stateV1")));
            corpus.add(Fixtures.base64(session.get("merged")));
        }
        return corpus;
    }

    /** One document takes a hundred inputs one after another. */
    private static void session(long seed, List<byte[]> corpus, long[] counts) {
        Random random = new Random(seed);
        YDocument document = new YDocument(3, random.nextBoolean() ? YOptions.SERVER : YOptions.CLIENT);
        document.text("text");
        int from = random.nextInt(corpus.size());
        for (int i = 0; i < 100; i++) {
            byte[] update = corpus.get((from + random.nextInt(60)) % corpus.size());
            UpdateFormat format = random.nextBoolean() ? UpdateFormat.V1 : UpdateFormat.V2;
            if (format == UpdateFormat.V2) {
                update = Updates.convert(update, UpdateFormat.V1, UpdateFormat.V2);
            }
            byte[] mutated = mutated(update, corpus, random);
            counts[0]++;
            boolean checks = random.nextInt(20) == 0;
            byte[] before = checks ? document.encode() : new byte[0];
            RuntimeException refusal = null;
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            try {
                document.apply(mutated, format);
            } catch (MalformedUpdateException | BoundExceededException e) {
                refusal = e;
            }
            counts[3] = Math.max(counts[3], THREADS.getCurrentThreadCpuTime() - start);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            counts[4] = Math.max(counts[4], allocated);
            if (refusal != null) {
                counts[refusal instanceof MalformedUpdateException ? 1 : 2]++;
                if (checks) {
                    assertArrayEquals(before, document.encode(), "a refused update changed something");
                }
            }
            assertTrue(allocated <= MAX_ALLOCATED, allocated + " bytes for " + Fixtures.hex(mutated));
            if (checks) {
                document.checkInvariants();
            }
        }
        document.checkInvariants();
        document.root("text").delta();
        document.roots().values().forEach(root -> {
            root.xml();
            root.toJson();
            root.plainText();
        });
        YDocument loaded = new YDocument(4, YOptions.SERVER);
        loaded.apply(document.encode());
        loaded.apply(document.encode(UpdateFormat.V2), UpdateFormat.V2);
        loaded.checkInvariants();
    }

    private static byte[] mutated(byte[] update, List<byte[]> corpus, Random random) {
        byte[] bytes = update.clone();
        if (bytes.length == 0 || random.nextInt(4) == 0) {
            return bytes;
        }
        for (int n = random.nextInt(3); n >= 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> bytes[at] = (byte) new int[] {0, 1, 0x7f, 0x80, 0xff, 0x40}[random.nextInt(6)];
                case 4 -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int length = Math.min(Math.min(other.length, bytes.length - at), 1 + random.nextInt(8));
                    System.arraycopy(other, random.nextInt(other.length - length + 1), bytes, at, length);
                }
                default -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }
}
