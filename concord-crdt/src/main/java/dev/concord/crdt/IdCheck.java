package dev.concord.crdt;

import java.util.Arrays;
import java.util.List;

/** Sorts the runs of a state by site and counter, and refuses ids that occur twice. */
final class IdCheck {
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private IdCheck() {}

    /** The runs of each site in ascending order of their counters; refuses those that overlap. */
    static int[][] ascending(StateReader state) {
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

    /**
     * Refuses waiting inserts that do not ascend by site and counter, overlap, name elements of the tree, or hang on themselves.
     *
     * @param ofSite from {@link #ascending}
     */
    static void checkInserts(StateReader state, int[][] ofSite, List<DecodedState.Run> inserts) {
        String site = "";
        int number = -1;
        long end = 0;
        for (DecodedState.Run row : inserts) {
            int order = row.site().compareTo(site);
            if (order < 0 || (order == 0 && row.counter() < end)) {
                throw new MalformedStateException("pending inserts are not in ascending order");
            }
            if (order > 0) {
                site = row.site();
                number = Arrays.binarySearch(state.sites, site);
            }
            end = row.end();
            ElementId anchor = row.anchor().element();
            if (anchor.counter() >= row.counter()
                    && anchor.counter() < end
                    && anchor.site().equals(site)) {
                throw new MalformedStateException("a pending insert hangs on itself");
            }
            if (overlaps(state, ofSite[number], row.counter(), end)) {
                throw new MalformedStateException(site + ":" + row.counter() + " occurs twice");
            }
        }
    }

    /** Refuses waiting deletes that do not ascend by site and counter, or overlap. */
    static void checkDeletes(List<DecodedState.Range> deletes) {
        String site = "";
        long end = 0;
        for (DecodedState.Range row : deletes) {
            int order = row.site().compareTo(site);
            if (order < 0 || (order == 0 && row.from() < end)) {
                throw new MalformedStateException("pending deletes are not in ascending order");
            }
            site = row.site();
            end = row.to();
        }
    }

    private static boolean overlaps(StateReader state, int[] ascending, long from, long to) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (state.counter[ascending[middle]] < to) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && state.counter[ascending[low - 1]] + state.length[ascending[low - 1]] > from;
    }
}
