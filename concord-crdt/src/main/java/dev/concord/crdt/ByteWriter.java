package dev.concord.crdt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the integers and strings of docs/FORMAT.md. */
final class ByteWriter {
    private byte[] bytes = new byte[64];
    private int size;

    void raw(int b) {
        if (size == bytes.length) {
            widen(1);
        }
        bytes[size++] = (byte) b;
    }

    void raw(byte[] source) {
        if (source.length > bytes.length - size) {
            widen(source.length);
        }
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    void varint(long value) {
        long rest = value;
        while (rest > 0x7f) {
            raw((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        raw((int) rest);
    }

    void zigzag(long value) {
        varint(value >= 0 ? value * 2 : -value * 2 - 1);
    }

    /** A length byte and the characters of a site. */
    void site(String name) {
        raw(name.length());
        raw(name.getBytes(StandardCharsets.US_ASCII));
    }

    /** A varint length and the bytes. */
    void block(byte[] content) {
        varint(content.length);
        raw(content);
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void widen(int more) {
        // Twice as long, unless that exceeds an int.
        int wanted = Math.addExact(size, more);
        bytes = Arrays.copyOf(bytes, (int) Math.max(wanted, Math.min(2L * bytes.length, Integer.MAX_VALUE - 64)));
    }
}
