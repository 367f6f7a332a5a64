package dev.concord.crdt;

/** Joins deleted elements that continue each other into one operation, and hands each on as it is complete. */
final class DeleteRanges {
    private final SiteTable sites;
    private OperationSink sink = OperationSink.NONE;
    private int site;
    private long from;
    private long to;

    DeleteRanges(SiteTable sites) {
        this.sites = sites;
    }

    void open(OperationSink target) {
        sink = target;
        site = Runs.NO_SITE;
        from = 0;
        to = 0;
    }

    void add(int itsSite, long counter, int length) {
        if (itsSite != site || counter != to) {
            close();
            site = itsSite;
            from = counter;
        }
        to = counter + length;
    }

    void close() {
        if (to > from) {
            sink.delete(sites.name(site), from, (int) (to - from));
        }
    }
}
