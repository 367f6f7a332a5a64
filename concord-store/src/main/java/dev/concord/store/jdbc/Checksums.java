package dev.concord.store.jdbc;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The checksum stored beside each op and each state. */
final class Checksums {
    private Checksums() {}

    /**
     * CRC-32C of the place and the bytes. The place is covered because a snapshot whose {@code op_seq} was damaged would
     * otherwise pass over ops in silence.
     */
    static long of(long seq, byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seq));
        crc.update(bytes, 0, bytes.length);
        return crc.getValue();
    }
}
