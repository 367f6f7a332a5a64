package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ids of the children on one side of one element, in ascending (counter, site) order. A vector of blocks of bounded size, each of
 * primitive columns: with a hundred thousand siblings the cost is in memory that is far apart, not in comparing.
 */
final class Family {
    private static final int BLOCK = 256;

    private final Runs runs;
    private final SiteTable sites;
    private long[][] counters = {new long[4]};
    private int[][] siteNumbers = {new int[4]};
    /** Where each child was put: its run, until that is cut or joined to another. */
    private int[][] places = {new int[4]};

    private int[] counts = new int[1];
    private int blockCount = 1;
    private int addedBlock;
    private int addedAt;

    Family(Runs runs, SiteTable sites) {
        this.runs = runs;
        this.sites = sites;
    }

    /**
     * Adds a child that is not there yet and stands in {@code run}. {@link #isFirst} and {@link #next} answer for it until the
     * next one is added.
     */
    void add(int site, long counter, int run) {
        int block = blockOf(site, counter);
        int at = counts[block] == 0 ? 0 : placeIn(block, site, counter) + 1;
        if (counts[block] == BLOCK) {
            split(block);
            if (at > BLOCK / 2) {
                at -= counts[block];
                block++;
            }
        }
        int count = counts[block];
        if (count == counters[block].length) {
            counters[block] = Arrays.copyOf(counters[block], Math.min(BLOCK, 2 * count));
            siteNumbers[block] = Arrays.copyOf(siteNumbers[block], Math.min(BLOCK, 2 * count));
            places[block] = Arrays.copyOf(places[block], Math.min(BLOCK, 2 * count));
        }
        System.arraycopy(counters[block], at, counters[block], at + 1, count - at);
        System.arraycopy(siteNumbers[block], at, siteNumbers[block], at + 1, count - at);
        System.arraycopy(places[block], at, places[block], at + 1, count - at);
        counters[block][at] = counter;
        siteNumbers[block][at] = site;
        places[block][at] = run;
        counts[block]++;
        addedBlock = block;
        addedAt = at;
    }

    /** Whether the child that was added last is before all others. */
    boolean isFirst() {
        return addedBlock == 0 && addedAt == 0;
    }

    /** The run that holds the child after the one that was added last, or -1. */
    int next() {
        int block = addedBlock;
        int at = addedAt + 1;
        if (at == counts[block]) {
            block++;
            at = 0;
        }
        if (block == blockCount) {
            return -1;
        }
        int site = siteNumbers[block][at];
        long counter = counters[block][at];
        int run = places[block][at];
        return runs.holds(run, site, counter) ? run : sites.index(site).find(counter);
    }

    /** The ids in order, for the checks of the tests. */
    List<ElementId> ids() {
        List<ElementId> ids = new ArrayList<>();
        for (int block = 0; block < blockCount; block++) {
            for (int i = 0; i < counts[block]; i++) {
                ids.add(new ElementId(sites.name(siteNumbers[block][i]), counters[block][i]));
            }
        }
        return ids;
    }

    private boolean isAbove(int block, int at, int site, long counter) {
        long other = counters[block][at];
        return other != counter ? other > counter : sites.isAbove(siteNumbers[block][at], site);
    }

    /** The last block whose first child is not above the given one; the first block when there is none. */
    private int blockOf(int site, long counter) {
        int low = 0;
        int high = blockCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (isAbove(middle, 0, site, counter)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low;
    }

    /** The last place in a block whose child is not above the given one, or -1. */
    private int placeIn(int block, int site, long counter) {
        int low = -1;
        int high = counts[block] - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (isAbove(block, middle, site, counter)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private void split(int block) {
        if (blockCount == counts.length) {
            counters = Arrays.copyOf(counters, 2 * blockCount);
            siteNumbers = Arrays.copyOf(siteNumbers, 2 * blockCount);
            places = Arrays.copyOf(places, 2 * blockCount);
            counts = Arrays.copyOf(counts, 2 * blockCount);
        }
        int after = blockCount - block - 1;
        System.arraycopy(counters, block + 1, counters, block + 2, after);
        System.arraycopy(siteNumbers, block + 1, siteNumbers, block + 2, after);
        System.arraycopy(places, block + 1, places, block + 2, after);
        System.arraycopy(counts, block + 1, counts, block + 2, after);
        blockCount++;
        int half = BLOCK / 2;
        counters[block + 1] = Arrays.copyOfRange(counters[block], half, BLOCK);
        siteNumbers[block + 1] = Arrays.copyOfRange(siteNumbers[block], half, BLOCK);
        places[block + 1] = Arrays.copyOfRange(places[block], half, BLOCK);
        counts[block] = half;
        counts[block + 1] = BLOCK - half;
    }
}
