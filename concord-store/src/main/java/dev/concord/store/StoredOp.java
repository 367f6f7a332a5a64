package dev.concord.store;

import java.util.Objects;

/** One op of a room's log, as it was appended. */
public final class StoredOp {
    private final long seq;
    private final byte[] op;

    /** An op and its place in the log, from 1. */
    public StoredOp(long seq, byte[] op) {
        this.seq = seq;
        this.op = Objects.requireNonNull(op, "op");
    }

    /** The op's place in its room's log; the first one has 1. */
    public long seq() {
        return seq;
    }

    /** The encoded op; the same array each time, the caller's own. */
    public byte[] op() {
        return op;
    }

    @Override
    public String toString() {
        return "StoredOp[" + seq + ", " + op.length + " bytes]";
    }
}
