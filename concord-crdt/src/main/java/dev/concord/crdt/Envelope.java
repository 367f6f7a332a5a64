package dev.concord.crdt;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** The outer layer of a state: magic, version, and DEFLATE where it helps. See docs/FORMAT.md. */
final class Envelope {
    private static final int VERSION = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 1;
    /** Below this many bytes compressing gains nothing worth its time. */
    private static final int WORTH_COMPRESSING = 256;
    /** DEFLATE cannot expand more than this (RFC 1951: 258 bytes for two bits). */
    private static final long MAX_EXPANSION = 1032;

    private static final int MAX_BODY = Integer.MAX_VALUE - 64;

    private Envelope() {}

    static byte[] wrap(byte[] body) {
        ByteWriter out = new ByteWriter();
        out.raw('C');
        out.raw('D');
        out.raw(VERSION);
        byte[] deflated = body.length < WORTH_COMPRESSING ? body : deflate(body);
        if (deflated.length < body.length) {
            out.raw(DEFLATED);
            out.varint(body.length);
            out.raw(deflated);
        } else {
            out.raw(STORED);
            out.raw(body);
        }
        return out.toBytes();
    }

    static byte[] unwrap(byte[] state) {
        return unwrap(state, MAX_BODY);
    }

    static byte[] unwrap(byte[] state, int maxBytes) {
        ByteReader in = new ByteReader(state);
        in.expect('C', "not a state");
        in.expect('D', "not a state");
        in.expectVersion(VERSION, "a state");
        int compression = in.raw();
        if (compression == STORED) {
            checkSize(in.remaining(), maxBytes);
            return in.rest();
        }
        if (compression != DEFLATED) {
            throw new MalformedStateException("unknown compression " + compression);
        }
        long size = in.varint();
        byte[] deflated = in.rest();
        if (size > MAX_EXPANSION * deflated.length + 64 || size > MAX_BODY) {
            throw new MalformedStateException(
                    deflated.length + " compressed bytes cannot hold the declared " + size + " bytes");
        }
        checkSize(size, maxBytes);
        return inflate(deflated, (int) size);
    }

    private static void checkSize(long size, int maxBytes) {
        if (size > maxBytes) {
            throw new MalformedStateException("a body of " + size + " bytes, allowed are " + maxBytes);
        }
    }

    static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] deflate(byte[] body) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(body);
            deflater.finish();
            byte[] out = new byte[Math.max(64, body.length / 3)];
            int size = 0;
            while (!deflater.finished()) {
                if (size == out.length) {
                    out = Arrays.copyOf(out, out.length + (out.length >> 1));
                }
                size += deflater.deflate(out, size, out.length - size);
            }
            return Arrays.copyOf(out, size);
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] deflated, int size) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(deflated);
            byte[] body = new byte[size];
            int got = 0;
            while (got < size) {
                int n = inflater.inflate(body, got, size - got);
                if (n == 0) {
                    throw new MalformedStateException("compressed body ends after " + got + " of " + size + " bytes");
                }
                got += n;
            }
            if (inflater.inflate(new byte[1]) != 0 || !inflater.finished() || inflater.getRemaining() > 0) {
                throw new MalformedStateException("compressed body is longer than the declared " + size + " bytes");
            }
            return body;
        } catch (DataFormatException e) {
            throw new MalformedStateException("compressed body is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
