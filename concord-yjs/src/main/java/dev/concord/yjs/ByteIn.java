package dev.concord.yjs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads the primitives of lib0 from a part of an array. Counts are only believed as far as bytes follow. */
final class ByteIn {
    static final long MAX = (1L << 53) - 1;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    final byte[] bytes;
    int at;
    int end;
    /** Whether the last signed number had a minus, 0 included. */
    boolean negative;

    ByteIn(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    ByteIn(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    MalformedUpdateException fault(String problem) {
        return new MalformedUpdateException(at, problem);
    }

    boolean hasNext() {
        return at < end;
    }

    int raw() {
        if (at >= end) {
            throw fault("ends too early");
        }
        return bytes[at++] & 0xff;
    }

    /** An unsigned integer up to 2^53-1. */
    long varUint() {
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        return longVarUint();
    }

    private long longVarUint() {
        if (end - at >= Long.BYTES) {
            // All bytes at once: the first one without its high bit ends the number.
            long word = (long) WORD.get(bytes, at);
            int bits = Long.numberOfTrailingZeros(~word & HIGH_BITS) + 1;
            if (bits < Long.SIZE) {
                at += bits >>> 3;
                return packed(word & ((1L << bits) - 1) & ~HIGH_BITS);
            }
        }
        return varUintByBytes();
    }

    /** Eight groups of seven bits, in bytes, as one number. */
    private static long packed(long word) {
        long pairs = (word & 0x007f007f007f007fL) | (word & 0x7f007f007f007f00L) >>> 1;
        long fours = (pairs & 0x00003fff00003fffL) | (pairs & 0x3fff00003fff0000L) >>> 2;
        return (fours & 0x000000000fffffffL) | (fours & 0x0fffffff00000000L) >>> 4;
    }

    private long varUintByBytes() {
        int start = at;
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = raw();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (value > MAX) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedUpdateException(start, "an integer above 2^53-1");
    }

    /** A signed integer of a magnitude up to 2^53-1; {@link #negative} tells -0 from 0. */
    long varInt() {
        return varInt(MAX);
    }

    /** The difference of two clocks, doubled, and one bit. */
    long doubledDifference() {
        return varInt(2 * MAX + 1);
    }

    private long varInt(long max) {
        int start = at;
        int b = raw();
        negative = (b & 0x40) != 0;
        long value = b & 0x3f;
        for (int shift = 6; b >= 0x80; shift += 7) {
            if (shift > 55) {
                throw new MalformedUpdateException(start, "an integer above " + max);
            }
            b = raw();
            value |= (long) (b & 0x7f) << shift;
        }
        if (value > max) {
            throw new MalformedUpdateException(start, "an integer above " + max);
        }
        return negative ? -value : value;
    }

    /** A number of bytes that follow. */
    int size() {
        int start = at;
        long size = varUint();
        if (size > end - at) {
            throw new MalformedUpdateException(start, size + " bytes are announced, " + (end - at) + " follow");
        }
        return (int) size;
    }

    /** Skips so many bytes. */
    void skip(int size) {
        if (size > end - at) {
            throw fault("ends too early");
        }
        at += size;
    }

    /** Skips a string and tells how many UTF-16 units it has. */
    int skipString() {
        int size = size();
        int units = Utf8.units(bytes, at, at + size);
        at += size;
        return units;
    }

    String string() {
        int size = size();
        Utf8.units(bytes, at, at + size);
        String text = new String(bytes, at, size, StandardCharsets.UTF_8);
        at += size;
        return text;
    }

    /** A view of the bytes that follow, whose number comes first. */
    ByteIn block() {
        int size = size();
        ByteIn block = new ByteIn(bytes, at, at + size);
        at += size;
        return block;
    }

    /** Fails when something follows. */
    void expectEnd(String what) {
        if (at != end) {
            throw fault(what + ": " + (end - at) + " bytes are left over");
        }
    }
}
