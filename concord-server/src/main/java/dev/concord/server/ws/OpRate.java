package dev.concord.server.ws;

/** A token bucket: so many ops a second, and as many at once after a quiet second. Not thread-safe. */
final class OpRate {
    private static final double NANOS = 1e9;

    private final int perSecond;
    private double tokens;
    private long lastNanos;

    OpRate(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.lastNanos = nowNanos;
    }

    boolean take(long nowNanos) {
        tokens = Math.min(perSecond, tokens + (nowNanos - lastNanos) * (perSecond / NANOS));
        lastNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }
}
