package dev.concord.yjs.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Writes the numbers, strings and byte arrays of a message. */
final class MessageOut {
    private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};

    private final ByteArrayOutputStream out;

    /** Room for so many bytes at first. */
    MessageOut(int capacity) {
        out = new ByteArrayOutputStream(capacity);
    }

    MessageOut varUint(long value) {
        long rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write((int) ((rest & 0x7f) | 0x80));
        }
        out.write((int) rest);
        return this;
    }

    MessageOut sized(byte[] bytes) {
        varUint(bytes.length);
        out.write(bytes, 0, bytes.length);
        return this;
    }

    /** How many bytes a text takes. */
    static int utf8Length(String text) {
        return encoded(text).length;
    }

    /** UTF-8 as browsers write it: surrogates that stand alone become U+FFFD. */
    MessageOut string(String text) {
        return sized(encoded(text));
    }

    private static byte[] encoded(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(REPLACEMENT)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
