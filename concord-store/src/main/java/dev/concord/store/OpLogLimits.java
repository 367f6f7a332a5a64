package dev.concord.store;

/**
 * What bounds an {@link OpLog}, all in one place.
 *
 * @param pendingOps how many ops may wait; at least 1. By default 100,000: at less than 200 bytes of bookkeeping each, some
 *     20 MB beside the ops themselves
 * @param pendingBytes how many bytes the waiting ops may have together; at least 1, and an op larger than that is always
 *     refused. By default 64 MiB: half a minute's absence of the database at 2 MB of edits a second, well inside a small
 *     heap
 * @param batchOps how many ops share a commit; at least 1. By default 1,000: by then the cost of the commit is divided
 *     so far that more would only make the first ones wait
 * @param batchBytes how many bytes share a commit, at least 1; an op larger than that has one for itself. By default
 *     4 MiB, which a disk takes within some ten milliseconds
 */
public record OpLogLimits(int pendingOps, long pendingBytes, int batchOps, long batchBytes) {
    /** For a server with the heap of a small machine. */
    public static final OpLogLimits DEFAULT = new OpLogLimits(100_000, 64L << 20, 1_000, 4L << 20);

    /** Checks the ranges. */
    public OpLogLimits {
        if (pendingOps < 1 || pendingBytes < 1 || batchOps < 1 || batchBytes < 1) {
            throw new IllegalArgumentException("each limit is at least 1");
        }
    }
}
