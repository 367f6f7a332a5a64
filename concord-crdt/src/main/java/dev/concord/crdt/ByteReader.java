package dev.concord.crdt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the integers and strings of docs/FORMAT.md and refuses what runs past the end, before it allocates. */
final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ByteReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    int remaining() {
        return end - at;
    }

    /** The place of the next byte, for {@link #moveTo}. */
    int at() {
        return at;
    }

    void moveTo(int place) {
        at = place;
    }

    int raw() {
        if (at == end) {
            throw new MalformedStateException("ends too early, at byte " + at);
        }
        return bytes[at++] & 0xff;
    }

    void expectVersion(int version, String what) {
        int got = raw();
        if (got != version) {
            throw new MalformedStateException(
                    what + " of the unknown version " + got + "; this program reads version " + version, true);
        }
    }

    void expect(int b, String what) {
        int got = raw();
        if (got != b) {
            throw new MalformedStateException(what + ": expected byte " + b + ", found " + got);
        }
    }

    /** An unsigned integer up to 2^53-1. */
    long varint() {
        return varint(ElementId.MAX_COUNTER);
    }

    /** A signed integer of a magnitude up to 2^53-1. */
    long zigzag() {
        long value = varint(2 * ElementId.MAX_COUNTER);
        return (value & 1) == 0 ? value >>> 1 : -((value + 1) >>> 1);
    }

    private long varint(long max) {
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        long value = 0;
        for (int shift = 0; shift < 56; shift += 7) {
            int b = raw();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (value > max) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedStateException("an integer above " + max + " before byte " + at);
    }

    /** A number of things of which each takes at least {@code least} bytes of what remains. */
    int count(int least) {
        long count = varint();
        if (count * least > remaining()) {
            throw new MalformedStateException(count + " entries cannot fit into " + remaining() + " bytes");
        }
        return (int) count;
    }

    /** An integer that must be in a range. */
    int bounded(long min, long max, String what) {
        long value = varint();
        if (value < min || value > max) {
            throw new MalformedStateException(what + " is " + value + ", allowed is " + min + " to " + max);
        }
        return (int) value;
    }

    String site() {
        int length = raw();
        if (length > remaining()) {
            throw new MalformedStateException("a site of " + length + " bytes runs past the end");
        }
        String name = new String(bytes, at, length, StandardCharsets.US_ASCII);
        at += length;
        try {
            Sites.check(name);
        } catch (InvalidOperationException e) {
            throw new MalformedStateException("a site is not well formed: " + e.getMessage(), e);
        }
        return name;
    }

    /** A view of a length-prefixed block. */
    ByteReader block() {
        return block(count(1));
    }

    /** A view of the next bytes. */
    ByteReader block(int size) {
        if (size > remaining()) {
            throw new MalformedStateException("a block of " + size + " bytes runs past the end");
        }
        ByteReader part = new ByteReader(bytes, at, at + size);
        at += size;
        return part;
    }

    /** All that remains, as strict UTF-8. */
    String utf8() {
        // Decoding leniently is several times faster; only a replacement character makes a strict look necessary.
        String text = new String(bytes, at, end - at, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            text = strict();
        }
        at = end;
        return text;
    }

    private String strict() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, end - at))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedStateException("text is not UTF-8", e);
        }
    }

    byte[] rest() {
        byte[] rest = java.util.Arrays.copyOfRange(bytes, at, end);
        at = end;
        return rest;
    }

    void expectEnd(String what) {
        if (at != end) {
            throw new MalformedStateException(what + ": " + (end - at) + " bytes left over");
        }
    }
}
