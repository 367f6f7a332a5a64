package dev.concord.server.ws;

import dev.concord.server.input.InputBudget;

/** What has come of a message whose rest is missing. The connection's loop only. */
final class Unfinished {
    /** What keeping a fragment costs besides its bytes. */
    private static final int FRAGMENT_OVERHEAD = 256;

    private final InputBudget.Account account;
    private long frameBytes;
    private long fragmentBytes;
    private boolean begun;
    private long sinceNanos;

    Unfinished(InputBudget.Account account) {
        this.account = account;
    }

    /** A part of a message that has more parts. */
    void fragment(int bytes) {
        fragmentBytes += bytes + FRAGMENT_OVERHEAD;
    }

    /** A message is whole. What is held from now on belongs to the next one. */
    void whole() {
        fragmentBytes = 0;
        begun = false;
    }

    /**
     * All has been read that had come.
     *
     * @param bytes of a frame whose rest is missing
     */
    void read(int bytes, long nowNanos) {
        frameBytes = bytes;
        boolean holds = frameBytes + fragmentBytes > 0;
        if (holds && !begun) {
            sinceNanos = nowNanos;
        }
        begun = holds;
        account.hold(frameBytes + fragmentBytes);
    }

    /** Whether the message that is on its way began at least that long ago. */
    boolean isOlderThan(long nanos, long nowNanos) {
        return begun && nowNanos - sinceNanos >= nanos;
    }

    /** The connection is gone, and all that it held. */
    void close() {
        account.close();
    }
}
