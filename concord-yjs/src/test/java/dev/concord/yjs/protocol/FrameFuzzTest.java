package dev.concord.yjs.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.concord.yjs.Fixtures;
import dev.concord.yjs.Seeds;
import dev.concord.yjs.protocol.HocuspocusFrame.Addressed;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Frames of real clients with bytes changed, cut, doubled and mixed: they are read or refused by a typed exception, in memory that is in
 * proportion to their bytes, and what is read is written and read again as the same. 100,000 in a build.
 */
class FrameFuzzTest {
    /** Beyond a fixed amount for decoders and lists, so many bytes may be allocated for each byte of a frame. */
    private static final int ALLOCATED_A_BYTE = 100;

    private static final int ALLOCATED_ALWAYS = 100_000;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void mutatedFramesAreReadOrRefused() throws Exception {
        List<byte[]> corpus = new ArrayList<>();
        for (String line : Fixtures.lines("frames.jsonl")) {
            JsonNode said = Fixtures.JSON.readTree(line);
            corpus.add(Fixtures.base64(said.get("frame")));
        }
        long[] counts = new long[4];
        int runs = Seeds.runs(100_000);
        for (long seed = Seeds.first(); seed < Seeds.first() + runs; seed++) {
            Seeds.run("FrameFuzzTest", seed, given -> {
                Random random = new Random(given);
                byte[] frame = mutated(corpus.get(random.nextInt(corpus.size())), corpus, random);
                check(frame, random.nextBoolean(), counts);
            });
        }
        System.out.println(
                "frames: " + runs + " mutated, " + counts[0] + " malformed, " + counts[1] + " beyond limits, "
                        + counts[2] + " read; at most " + counts[3] + " bytes allocated for one; no failure");
    }

    private static void check(byte[] frame, boolean isHocuspocus, long[] counts) {
        long bound = ALLOCATED_ALWAYS + (long) ALLOCATED_A_BYTE * frame.length;
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        Object read = read(frame, isHocuspocus);
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (allocated > bound) {
            // What is done for the first time loads classes.
            allocated = THREADS.getCurrentThreadAllocatedBytes();
            read(frame, isHocuspocus);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        }
        assertTrue(allocated <= bound, () -> "too much memory for " + Fixtures.hex(frame));
        counts[3] = Math.max(counts[3], allocated);
        if (read instanceof MalformedMessageException refusal) {
            counts[0]++;
            assertTrue(refusal.at() >= 0 && refusal.at() <= frame.length, "at " + refusal.at());
        } else if (read instanceof LimitExceededException) {
            counts[1]++;
        } else {
            counts[2]++;
            writeAndReadAgain(read);
        }
    }

    /** What a frame says, or why it is refused. */
    private static Object read(byte[] frame, boolean isHocuspocus) {
        try {
            return isHocuspocus
                    ? Hocuspocus.read(frame, ProtocolLimits.DEFAULT)
                    : YWebsocket.read(frame, ProtocolLimits.DEFAULT);
        } catch (MalformedMessageException | LimitExceededException refusal) {
            return refusal;
        }
    }

    private static void writeAndReadAgain(Object read) {
        if (read instanceof HocuspocusFrame frame) {
            if (frame instanceof Addressed addressed && addressed.message() instanceof UnknownMessage) {
                return;
            }
            assertEquals(frame, Hocuspocus.read(Hocuspocus.write(frame), ProtocolLimits.DEFAULT));
        } else {
            for (Object message : (List<?>) read) {
                if (message instanceof UnknownMessage) {
                    return;
                }
                byte[] written = YWebsocket.write((YWebsocketMessage) message);
                assertEquals(List.of(message), YWebsocket.read(written, ProtocolLimits.DEFAULT));
            }
        }
    }

    private static byte[] mutated(byte[] frame, List<byte[]> corpus, Random random) {
        byte[] bytes = frame.clone();
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 ->
                    bytes[random.nextInt(Math.min(4, bytes.length))] =
                            (byte) new int[] {0, 1, 2, 0x7f, 0x80, 0xff}[random.nextInt(6)];
                case 4 -> {
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int length = 1 + random.nextInt(other.length);
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
                    System.arraycopy(other, 0, longer, bytes.length, length);
                    bytes = longer;
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
