package dev.concord.yjs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes the primitives of lib0 to an array that grows. */
final class ByteOut {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] bytes;
    int size;

    ByteOut() {
        this(64);
    }

    ByteOut(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    /** Makes room for so many more bytes. */
    void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), size + (size >> 1)));
        }
    }

    void raw(int b) {
        if (size == bytes.length) {
            reserve(1);
        }
        bytes[size++] = (byte) b;
    }

    void raw(byte[] from, int start, int end) {
        int length = end - start;
        reserve(length);
        if (length < 8) {
            for (int i = 0; i < length; i++) {
                bytes[size + i] = from[start + i];
            }
        } else {
            System.arraycopy(from, start, bytes, size, length);
        }
        size += length;
    }

    void varUint(long value) {
        reserve(9);
        if (value < 0x80) {
            bytes[size++] = (byte) value;
            return;
        }
        if (value < 0x4000) {
            bytes[size++] = (byte) (value | 0x80);
            bytes[size++] = (byte) (value >>> 7);
            return;
        }
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** An id: a client, of which {@link #pack} has made a number of so many bytes, and a clock. */
    void id(long client, int count, int clock) {
        reserve(20);
        WORD.set(bytes, size, client);
        size += count;
        if (clock >= 0x4000 && clock < 0x200000) {
            // Most clocks of a longer text take three bytes.
            WORD.set(bytes, size, 0x8080L | (clock & 0x7f) | (clock & 0x3f80) << 1 | (clock & 0x1fc000) << 2);
            size += 3;
        } else {
            varUint(clock);
        }
    }

    /** Makes the number of which {@link #id} writes a client: its bytes, at most eight up to 2^53. */
    static long pack(long value) {
        long word = 0;
        long rest = value;
        int shift = 0;
        for (; rest > 0x7f; rest >>>= 7, shift += 8) {
            word |= ((rest & 0x7f) | 0x80) << shift;
        }
        return word | rest << shift;
    }

    /** How many bytes an unsigned integer takes. */
    static int packedSize(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    void varInt(long value) {
        varInt(Math.abs(value), value < 0);
    }

    /** A magnitude and a sign, so that there is a -0. */
    void varInt(long magnitude, boolean negative) {
        reserve(9);
        long rest = magnitude >>> 6;
        bytes[size++] = (byte) ((rest > 0 ? 0x80 : 0) | (negative ? 0x40 : 0) | (magnitude & 0x3f));
        while (rest > 0) {
            bytes[size++] = (byte) ((rest > 0x7f ? 0x80 : 0) | (rest & 0x7f));
            rest >>>= 7;
        }
    }

    void sized(byte[] from, int start, int end) {
        varUint(end - start);
        raw(from, start, end);
    }

    void sized(ByteOut other) {
        sized(other.bytes, 0, other.size);
    }

    /** Units with their number first, if all of them are below 0x80; else writes nothing and returns false. */
    boolean sizedPlain(char[] units, int from, int to) {
        int before = size;
        varUint(to - from);
        reserve(to - from);
        for (int i = from; i < to; i++) {
            if (units[i] >= 0x80) {
                size = before;
                return false;
            }
            bytes[size++] = (byte) units[i];
        }
        return true;
    }

    /** A string with the length of its bytes first. */
    void string(CharSequence text) {
        varUint(utf8Length(text));
        utf8(text);
    }

    void utf8(CharSequence text) {
        int length = text.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                raw(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                codePoint(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                codePoint(Character.isSurrogate(c) ? 0xFFFD : c);
            }
        }
    }

    /** Valid UTF-8, in which pairs of surrogates may stand as two; what has no other half becomes U+FFFD. */
    void text(byte[] from, int start, int end) {
        for (int i = start; i < end; i++) {
            if (from[i] == (byte) 0xed && (from[i + 1] & 0xff) >= 0xa0) {
                utf8(Utf8.decode(from, start, end));
                return;
            }
        }
        raw(from, start, end);
    }

    /** As {@link #text}, with the length first. */
    void sizedText(byte[] from, int start, int end) {
        int before = size;
        varUint(end - start);
        int begin = size;
        text(from, start, end);
        if (size - begin != end - start) {
            byte[] again = Arrays.copyOfRange(bytes, begin, size);
            size = before;
            sized(again, 0, again.length);
        }
    }

    void codePoint(int point) {
        reserve(4);
        if (point < 0x80) {
            bytes[size++] = (byte) point;
        } else if (point < 0x800) {
            bytes[size++] = (byte) (0xc0 | point >> 6);
            bytes[size++] = (byte) (0x80 | (point & 0x3f));
        } else if (point < 0x10000) {
            bytes[size++] = (byte) (0xe0 | point >> 12);
            bytes[size++] = (byte) (0x80 | (point >> 6 & 0x3f));
            bytes[size++] = (byte) (0x80 | (point & 0x3f));
        } else {
            bytes[size++] = (byte) (0xf0 | point >> 18);
            bytes[size++] = (byte) (0x80 | (point >> 12 & 0x3f));
            bytes[size++] = (byte) (0x80 | (point >> 6 & 0x3f));
            bytes[size++] = (byte) (0x80 | (point & 0x3f));
        }
    }

    static int utf8Length(CharSequence text) {
        int bytes = 0;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void clear() {
        size = 0;
    }
}
