package dev.concord.crdt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the integers and strings of docs/FORMAT.md. */
final class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void raw(int b) {
        bytes.write(b);
    }

    void raw(byte[] source) {
        bytes.write(source, 0, source.length);
    }

    void varint(long value) {
        long rest = value;
        while (rest > 0x7f) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    void zigzag(long value) {
        varint(value >= 0 ? value * 2 : -value * 2 - 1);
    }

    /** A length byte and the characters of a site. */
    void site(String name) {
        bytes.write(name.length());
        raw(name.getBytes(StandardCharsets.US_ASCII));
    }

    /** A varint length and the bytes. */
    void block(byte[] content) {
        varint(content.length);
        raw(content);
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
