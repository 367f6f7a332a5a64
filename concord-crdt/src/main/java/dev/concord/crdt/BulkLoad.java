package dev.concord.crdt;

import java.util.Arrays;

/**
 * Fills an empty document from a state whose elements have no siblings: there is no order to decide, so the runs are laid down as they
 * come. O(runs log runs), the logarithm for sorting the runs of each site by counter.
 */
final class BulkLoad {
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
        int[] numbers = new int[state.sites.length];
        int[][] ofSite = new int[state.sites.length][];
        int[] counts = new int[state.sites.length];
        for (int ofState : state.site) {
            counts[ofState]++;
        }
        for (int i = 0; i < numbers.length; i++) {
            ofSite[i] = new int[counts[i]];
        }
        Arrays.fill(counts, 0);
        for (int run = 0; run < state.site.length; run++) {
            ofSite[state.site[run]][counts[state.site[run]]++] = run;
        }
        for (int i = 0; i < numbers.length; i++) {
            sort(ofSite[i], state, state.sites[i]);
        }
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = sites.intern(state.sites[i]);
        }
        int[] handles = new int[state.site.length];
        tree.moveToEnd();
        for (int run = 0; run < state.site.length; run++) {
            handles[run] = append(state, run, numbers[state.site[run]]);
        }
        for (int i = 0; i < numbers.length; i++) {
            index(ofSite[i], handles, state, numbers[i]);
        }
    }

    /** Appends a run; long text as several that continue each other. Returns the first. */
    private int append(StateReader state, int run, int site) {
        Side side = state.before[run] ? Side.BEFORE : Side.AFTER;
        int from = state.textStart[run];
        int to = state.textStart[run + 1];
        if (to - from <= RunTree.MAX_RUN_CHARS) {
            int handle = runs.add(
                    site, state.counter[run], state.length[run], to - from, state.depth[run], side, state.dead[run]);
            insert(handle, state.text, from, to);
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
            insert(handle, state.text, from, end);
            if (first < 0) {
                first = handle;
            }
            done += points;
            from = end;
        }
        return first;
    }

    private void insert(int handle, String text, int from, int to) {
        tree.insert(handle, text, from, to);
        tree.stepBehind();
    }

    /** Adds the runs of one site to its index, in ascending order. The pieces of a long run have handles in a row. */
    private void index(int[] ofSite, int[] handles, StateReader state, int site) {
        SiteIndex index = sites.index(site);
        for (int run : ofSite) {
            int handle = handles[run];
            int left = state.length[run];
            while (left > 0) {
                index.add(handle);
                left -= runs.length[handle];
                handle++;
            }
            sites.reached(site, state.counter[run] + state.length[run]);
        }
    }

    /** Sorts runs by counter and refuses those that overlap. */
    private static void sort(int[] ofSite, StateReader state, String site) {
        long highest = 0;
        for (int run : ofSite) {
            highest = Math.max(highest, state.counter[run]);
        }
        if (highest <= Integer.MAX_VALUE) {
            long[] keys = new long[ofSite.length];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = state.counter[ofSite[i]] << Integer.SIZE | ofSite[i];
            }
            Arrays.sort(keys);
            for (int i = 0; i < keys.length; i++) {
                ofSite[i] = (int) keys[i];
            }
        } else {
            Integer[] boxed = Arrays.stream(ofSite).boxed().toArray(Integer[]::new);
            Arrays.sort(boxed, (a, b) -> Long.compare(state.counter[a], state.counter[b]));
            for (int i = 0; i < boxed.length; i++) {
                ofSite[i] = boxed[i];
            }
        }
        for (int i = 1; i < ofSite.length; i++) {
            long end = state.counter[ofSite[i - 1]] + state.length[ofSite[i - 1]];
            if (state.counter[ofSite[i]] < end) {
                throw new MalformedStateException(site + ":" + state.counter[ofSite[i]] + " occurs twice");
            }
        }
    }
}
