package dev.concord.server.http;

import java.util.IdentityHashMap;

/** Bounds the memory of long answers that their clients have not taken yet. Answers that share their bytes count once. Thread-safe. */
final class LargeAnswers {
    /** From so many bytes on an answer is long. */
    private static final int LARGE = 64 << 10;

    private final long maxBytes;
    private final IdentityHashMap<byte[], Integer> holders = new IdentityHashMap<>();
    private long bytes;

    /** None is on its way. */
    LargeAnswers(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether an answer counts here. */
    static boolean isLarge(byte[] body) {
        return body.length > LARGE;
    }

    /** Whether one more answer may be held; if so, it is held until {@link #release}. One alone always is. */
    synchronized boolean hold(byte[] body) {
        Integer known = holders.get(body);
        if (known == null && bytes > 0 && bytes + body.length > maxBytes) {
            return false;
        }
        if (known == null) {
            bytes += body.length;
        }
        holders.put(body, known == null ? 1 : known + 1);
        return true;
    }

    /** An answer was taken, or is not wanted any more. */
    synchronized void release(byte[] body) {
        Integer known = holders.get(body);
        if (known == null) {
            return;
        }
        if (known == 1) {
            holders.remove(body);
            bytes -= body.length;
        } else {
            holders.put(body, known - 1);
        }
    }

    /** What is held now. */
    synchronized long bytes() {
        return bytes;
    }
}
