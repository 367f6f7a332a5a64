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
                read(frame, random.nextBoolean(), counts);
            });
        }
        System.out.println(
                "frames: " + runs + " mutated, " + counts[0] + " malformed, " + counts[1] + " beyond limits, "
                        + counts[2] + " read; at most " + counts[3] + " bytes allocated for one; no failure");
    }

    private static void read(byte[] frame, boolean isHocuspocus, long[] counts) {
        Object read = null;
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        try {
            read = isHocuspocus
                    ? Hocuspocus.read(frame, ProtocolLimits.DEFAULT)
                    : YWebsocket.read(frame, ProtocolLimits.DEFAULT);
            counts[2]++;
        } catch (MalformedMessageException e) {
            assertTrue(e.at() >= 0 && e.at() <= frame.length, "at " + e.at());
            counts[0]++;
        } catch (LimitExceededException e) {
            counts[1]++;
        }
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        counts[3] = Math.max(counts[3], allocated);
        assertTrue(
                allocated <= ALLOCATED_ALWAYS + (long) ALLOCATED_A_BYTE * frame.length,
                () -> "too much memory for " + Fixtures.hex(frame));
        if (read instanceof HocuspocusFrame again) {
            if (again instanceof Addressed addressed && addressed.message() instanceof UnknownMessage) {
                return;
            }
            assertEquals(again, Hocuspocus.read(Hocuspocus.write(again), ProtocolLimits.DEFAULT));
        } else if (read instanceof List<?> messages) {
            for (Object message : messages) {
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
