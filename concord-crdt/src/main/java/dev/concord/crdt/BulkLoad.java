package dev.concord.crdt;

import java.util.Arrays;

/**
 * Fills an empty document from a state whose elements have no siblings: there is no order to decide, so the runs are laid down as they
 * come, leaf after leaf, and the tree is built on top of the leaves. O(runs + text).
 */
final class BulkLoad {
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;

    BulkLoad(Runs runs, SiteTable sites, RunTree tree) {
        this.runs = runs;
        this.sites = sites;
        this.tree = tree;
    }

    /**
     * Loads the tree of a state.
     *
     * @throws MalformedStateException when an id occurs twice; nothing was changed
     */
    void load(StateReader state) {
        int[][] ofSite = ascending(state);
        int[] numbers = new int[ofSite.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = sites.intern(state.sites[i]);
        }
        int[] handles = new int[state.site.length];
        runs.reserve(state.site.length);
        TreeBuilder builder = new TreeBuilder(runs, tree, state.text);
        for (int run = 0; run < state.site.length; run++) {
            handles[run] = append(builder, state, run, numbers[state.site[run]]);
        }
        builder.finish();
        for (int i = 0; i < numbers.length; i++) {
            index(ofSite[i], handles, state, numbers[i]);
        }
    }

    /** Appends a run; long text as several that continue each other. Returns the first. */
    private int append(TreeBuilder builder, StateReader state, int run, int site) {
        Side side = state.before[run] ? Side.BEFORE : Side.AFTER;
        int from = state.textStart[run];
        int to = state.textStart[run + 1];
        if (to - from <= RunTree.MAX_RUN_CHARS) {
            int handle = runs.add(
                    site, state.counter[run], state.length[run], to - from, state.depth[run], side, state.dead[run]);
            builder.append(handle);
            return handle;
        }
        int first = -1;
        int done = 0;
        while (from < to) {
            int end = Math.min(to, from + RunTree.MAX_RUN_CHARS);
            if (end < to && Character.isLowSurrogate(state.text.charAt(end))) {
                end--;
            }
            int points = state.text.codePointCount(from, end);
            int handle = runs.add(
                    site,
                    state.counter[run] + done,
                    points,
                    end - from,
                    state.depth[run] + done,
                    done == 0 ? side : Side.AFTER,
                    false);
            builder.append(handle);
            if (first < 0) {
                first = handle;
            }
            done += points;
            from = end;
        }
        return first;
    }

    /** Adds the runs of one site to its index, in ascending order. The pieces of a long run have handles in a row. */
    private void index(int[] ofSite, int[] handles, StateReader state, int site) {
        SiteIndex index = sites.index(site);
        for (int run : ofSite) {
            int handle = handles[run];
            int left = state.length[run];
            while (left > 0) {
                index.append(handle);
                left -= runs.length[handle];
                handle++;
            }
        }
        if (ofSite.length > 0) {
            int last = ofSite[ofSite.length - 1];
            sites.reached(site, state.counter[last] + state.length[last]);
        }
    }

    /** The runs of each site in ascending order of their counters; refuses those that overlap. */
    private static int[][] ascending(StateReader state) {
        int[] counts = new int[state.sites.length];
        long highest = 0;
        for (int run = 0; run < state.site.length; run++) {
            counts[state.site[run]]++;
            highest = Math.max(highest, state.counter[run]);
        }
        int[] order = byCounter(state.counter, highest);
        int[][] ofSite = new int[state.sites.length][];
        for (int i = 0; i < ofSite.length; i++) {
            ofSite[i] = new int[counts[i]];
        }
        Arrays.fill(counts, 0);
        long[] ends = new long[ofSite.length];
        for (int run : order) {
            int site = state.site[run];
            if (state.counter[run] < ends[site]) {
                throw new MalformedStateException(state.sites[site] + ":" + state.counter[run] + " occurs twice");
            }
            ends[site] = state.counter[run] + state.length[run];
            ofSite[site][counts[site]++] = run;
        }
        return ofSite;
    }

    /** The indexes of the counters in ascending order, by a radix sort from the lowest digit up. */
    private static int[] byCounter(long[] counter, long highest) {
        int[] order = new int[counter.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        int[] sorted = new int[counter.length];
        for (int shift = 0; shift < Long.SIZE && highest >>> shift != 0; shift += DIGIT_BITS) {
            int[] starts = new int[DIGITS + 1];
            for (long value : counter) {
                starts[((int) (value >>> shift) & (DIGITS - 1)) + 1]++;
            }
            for (int digit = 1; digit < DIGITS; digit++) {
                starts[digit] += starts[digit - 1];
            }
            for (int i : order) {
                sorted[starts[(int) (counter[i] >>> shift) & (DIGITS - 1)]++] = i;
            }
            int[] swapped = order;
            order = sorted;
            sorted = swapped;
        }
        return order;
    }
}
