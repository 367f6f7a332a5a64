package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Texts that tell whether they have arrived as they were sent: writer, place, body and a checksum of the three. */
final class Sealed {
    private static final char OPEN = '\u27e6';
    private static final char CLOSE = '\u27e7';

    private Sealed() {}

    /** The body must not hold a closing bracket. */
    static String seal(String site, long index, String body) {
        String head = site + ":" + index + ":" + body;
        return OPEN + head + ":" + checksum(head) + CLOSE;
    }

    /** What is wrong with a sealed text, or an empty string. */
    static String faultOf(String sealed) {
        if (sealed.length() < 10 || sealed.charAt(0) != OPEN || sealed.charAt(sealed.length() - 1) != CLOSE) {
            return "the brackets are gone";
        }
        int end = sealed.lastIndexOf(':');
        String head = sealed.substring(1, Math.max(1, end));
        String sum = sealed.substring(end + 1, sealed.length() - 1);
        return sum.equals(checksum(head)) ? "" : "its checksum is " + checksum(head) + ", it says " + sum;
    }

    /**
     * Checks a text made of sealed ones alone, in which those of each site stand in their order.
     *
     * @return how many there are of each site
     * @throws IllegalStateException when it is anything else
     */
    static Map<String, Integer> count(String text) {
        Map<String, Integer> counts = new HashMap<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf(CLOSE, at) + 1;
            String sealed = end == 0 ? text.substring(at) : text.substring(at, end);
            String fault = faultOf(sealed);
            if (!fault.isEmpty()) {
                throw new IllegalStateException("at " + at + " of " + text.length() + ": " + fault + ": "
                        + sealed.substring(0, Math.min(200, sealed.length())));
            }
            String[] parts = sealed.substring(1).split(":", 3);
            int expected = counts.merge(parts[0], 1, Integer::sum) - 1;
            if (expected != Integer.parseInt(parts[1])) {
                throw new IllegalStateException("at " + at + ": text " + parts[1] + " of " + parts[0] + " stands where "
                        + expected + " belongs");
            }
            at = end;
        }
        return counts;
    }

    private static String checksum(String of) {
        CRC32 crc = new CRC32();
        crc.update(of.getBytes(UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
