package dev.concord.server.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One value of the hash beside a presence set: {@code <expiry in Unix ms> <bytes of the name> <name><payload>}.
 *
 * @param expiry Unix milliseconds
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ShownEntry(long expiry, String user, byte[] payload) {
    private static final Pattern HEAD = Pattern.compile("^(\\d{1,15}) (\\d{1,6}) ");
    private static final int LONGEST_HEAD = 23;

    byte[] write() {
        byte[] name = user.getBytes(UTF_8);
        byte[] head = (expiry + " " + name.length + " ").getBytes(US_ASCII);
        return ByteBuffer.allocate(head.length + name.length + payload.length)
                .put(head)
                .put(name)
                .put(payload)
                .array();
    }

    /** The entry, or null when the bytes are none. */
    static @Nullable ShownEntry read(byte[] value) {
        Matcher head = HEAD.matcher(new String(value, 0, Math.min(value.length, LONGEST_HEAD), US_ASCII));
        if (!head.find()) {
            return null;
        }
        int from = head.end();
        int to = from + Integer.parseInt(head.group(2));
        if (to > value.length) {
            return null;
        }
        return new ShownEntry(
                Long.parseLong(head.group(1)),
                new String(value, from, to - from, UTF_8),
                Arrays.copyOfRange(value, to, value.length));
    }
}
