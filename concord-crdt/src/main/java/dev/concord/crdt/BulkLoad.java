package dev.concord.crdt;

/**
 * Fills an empty document from a state whose elements have no siblings: there is no order to decide, so the runs are laid down as they
 * come, leaf after leaf, and the tree is built on top of the leaves. O(runs + text).
 */
final class BulkLoad {
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;

    BulkLoad(Core core) {
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
    }

    /** Loads the tree of a state. */
    void load(StateReader state) {
        int[][] ofSite = state.runsBySite();
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
        runs.elements = state.treeElements();
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
}
