package dev.concord.crdt;

import java.util.Arrays;

/** Joins deleted elements that continue each other into one operation. They are handed on together, when all are deleted. */
final class DeleteRanges {
    private final SiteTable sites;
    private int[] site = new int[4];
    private long[] from = new long[4];
    private long[] to = new long[4];
    private int count;

    DeleteRanges(SiteTable sites) {
        this.sites = sites;
    }

    void clear() {
        count = 0;
    }

    void add(int itsSite, long counter, int length) {
        int last = count - 1;
        if (last >= 0 && itsSite == site[last] && counter == to[last]) {
            to[last] = counter + length;
            return;
        }
        if (count == site.length) {
            site = Arrays.copyOf(site, 2 * count);
            from = Arrays.copyOf(from, 2 * count);
            to = Arrays.copyOf(to, 2 * count);
        }
        site[count] = itsSite;
        from[count] = counter;
        to[count] = counter + length;
        count++;
    }

    void deliver(OperationSink sink) {
        for (int i = 0; i < count; i++) {
            sink.delete(sites.name(site[i]), from[i], (int) (to[i] - from[i]));
        }
    }
}
