package dev.concord.testing.network;

import java.nio.charset.StandardCharsets;

/** Finds where the replies of Redis end in a stream of bytes. */
final class RespFrames {
    private RespFrames() {}

    /** The end of the reply that starts at {@code from}, or -1 when it is not whole yet. */
    static int end(byte[] bytes, int from, int to) {
        int line = line(bytes, from, to);
        if (line < 0) {
            return -1;
        }
        return switch (bytes[from]) {
            case '$', '=', '!' -> {
                int length = number(bytes, from, line);
                int end = length < 0 ? line : line + length + 2;
                yield end <= to ? end : -1;
            }
            case '*', '>', '~' -> elements(bytes, line, to, number(bytes, from, line));
            case '%' -> elements(bytes, line, to, 2 * number(bytes, from, line));
            case '|' -> elements(bytes, line, to, 2 * number(bytes, from, line) + 1);
            default -> line;
        };
    }

    /** Whether the reply is a published message. */
    static boolean isMessage(byte[] bytes, int from, int end) {
        if (bytes[from] != '>' && bytes[from] != '*') {
            return false;
        }
        String head = new String(bytes, from, Math.min(end - from, 24), StandardCharsets.US_ASCII);
        return head.contains("\r\nmessage\r\n") || head.contains("\r\nsmessage\r\n");
    }

    private static int elements(byte[] bytes, int from, int to, int count) {
        int at = from;
        for (int i = 0; i < count && at >= 0; i++) {
            at = at < to ? end(bytes, at, to) : -1;
        }
        return at;
    }

    private static int line(byte[] bytes, int from, int to) {
        for (int i = from; i + 1 < to; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
                return i + 2;
            }
        }
        return -1;
    }

    private static int number(byte[] bytes, int from, int line) {
        return Integer.parseInt(new String(bytes, from + 1, line - from - 3, StandardCharsets.US_ASCII));
    }
}
