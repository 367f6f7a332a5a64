package dev.concord.server.ws;

/** So many ops or bytes a second, and as many at once after a quiet second. Not thread-safe. */
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final int perSecond;
    private double tokens;
    private long lastNanos;

    TokenBucket(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.lastNanos = nowNanos;
    }

    boolean take(long nowNanos) {
        return take(nowNanos, 1);
    }

    /** Takes so many at once. One that is larger than what is left is taken as long as anything is, and the next ones wait for it. */
    boolean take(long nowNanos, int count) {
        tokens = Math.min(perSecond, tokens + (nowNanos - lastNanos) * (perSecond / NANOS));
        lastNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens -= count;
        return true;
    }
}
