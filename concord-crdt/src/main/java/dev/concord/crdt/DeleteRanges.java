package dev.concord.crdt;

import org.jspecify.annotations.Nullable;

/**
 * Joins deleted elements that continue each other into one operation. A sink that may throw gets them together, when all are deleted; one of
 * this package, which cannot throw, gets each as it is complete.
 */
final class DeleteRanges {
    private final SiteTable sites;
    private OperationSink sink = OperationSink.NONE;
    /** What is complete and not yet handed on; null when the sink gets it at once. */
    private @Nullable OperationList kept;

    private int site;
    private long from;
    private long to;

    DeleteRanges(SiteTable sites) {
        this.sites = sites;
    }

    void open(OperationSink target) {
        boolean isOwn = target == OperationSink.NONE || target instanceof OperationWriter;
        sink = target;
        kept = isOwn || target instanceof OperationList ? null : new OperationList();
        site = Runs.NO_SITE;
        from = 0;
        to = 0;
    }

    void add(int itsSite, long counter, int length) {
        if (itsSite != site || counter != to) {
            complete();
            site = itsSite;
            from = counter;
        }
        to = counter + length;
    }

    /** Hands on what is left of what was added since {@link #open}. */
    void close() {
        complete();
        OperationSink target = sink;
        OperationList last = kept;
        sink = OperationSink.NONE;
        kept = null;
        if (last != null) {
            for (Operation op : last.list()) {
                target.delete(op.id().site(), op.id().counter(), op.length());
            }
        }
    }

    private void complete() {
        if (to > from) {
            OperationWriter.pass(kept == null ? sink : kept, sites.name(site), from, (int) (to - from));
        }
    }
}
