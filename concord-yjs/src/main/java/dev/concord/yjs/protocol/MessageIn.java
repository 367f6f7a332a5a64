package dev.concord.yjs.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the numbers, strings and byte arrays of a message. A length is only believed as far as bytes follow. */
final class MessageIn {
    private static final long MAX_INTEGER = (1L << 53) - 1;

    private final byte[] bytes;
    private int at;

    MessageIn(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Where it is: the index of the byte that comes next. */
    int at() {
        return at;
    }

    boolean hasNext() {
        return at < bytes.length;
    }

    int left() {
        return bytes.length - at;
    }

    /** An unsigned integer up to 2^53-1: 7 bits a byte, lowest first. */
    long varUint() {
        int start = at;
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (at >= bytes.length) {
                throw new MalformedMessageException(at, "ends too early");
            }
            int b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                if (value > MAX_INTEGER) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedMessageException(start, "an integer above 2^53-1");
    }

    /** Bytes with their number in front. */
    byte[] sized() {
        int size = size();
        byte[] part = Arrays.copyOfRange(bytes, at, at + size);
        at += size;
        return part;
    }

    /** A string with the number of its bytes in front, at most so many. */
    String string(String limit, int max) {
        int size = size();
        LimitExceededException.check(limit, size, max);
        ByteBuffer part = ByteBuffer.wrap(bytes, at, size);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(part).toString();
            at += size;
            return text;
        } catch (CharacterCodingException e) {
            throw new MalformedMessageException(part.position(), "not UTF-8");
        }
    }

    private int size() {
        int start = at;
        long size = varUint();
        if (size > left()) {
            throw new MalformedMessageException(start, size + " bytes are announced, " + left() + " follow");
        }
        return (int) size;
    }
}
