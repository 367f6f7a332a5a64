package dev.concord.crdt;

import java.util.Arrays;

/**
 * The runs of one site in ascending counter order: finds the run that holds a counter. A vector of vectors of bounded size, so
 * that a run that is cut in the middle moves no more than one block.
 *
 * <p>Edits that are made here look nothing up by id, so a run that is cut is only noted, and sorted in with the next look-up; many are
 * joined again before. What goes on after the highest counter is added at once.
 *
 * <p>Finding is O(log n). Adding moves at most {@link #BLOCK} handles, and one time in about {@code BLOCK / 2} the vector of
 * blocks, which is shorter than the runs by that factor.
 */
final class SiteIndex {
    private static final int BLOCK = 512;
    /** How many runs may be noted: a bound on the memory for those that were joined again. */
    private static final int MAX_NOTED = 1 << 16;

    private final Runs runs;
    private final int site;
    private int[] noted = new int[4];
    private int notedCount;
    private int[][] blocks = new int[1][4];
    private int[] counts = new int[1];
    private int blockCount = 1;
    /** Where the last search ended: edits follow one another, and cut what was found before. */
    private int hintBlock;

    private int hintAt;

    SiteIndex(Runs runs, int site) {
        this.runs = runs;
        this.site = site;
    }

    /** The run that holds the counter, or -1. */
    int find(long counter) {
        int run = floor(counter);
        return run >= 0 && counter < runs.counter[run] + runs.length[run] ? run : -1;
    }

    /** The first run whose last counter is at least the given one, or -1: where a walk over a range begins. */
    int ceiling(long counter) {
        int run = floor(counter);
        if (run >= 0 && counter < runs.counter[run] + runs.length[run]) {
            return run;
        }
        return run < 0 ? first() : after(run);
    }

    int first() {
        settle();
        return counts[0] == 0 ? -1 : blocks[0][0];
    }

    /** The last of the runs that are sorted in, or -1. */
    int last() {
        int count = counts[blockCount - 1];
        return count == 0 ? -1 : blocks[blockCount - 1][count - 1];
    }

    /** The run with the next higher counters, or -1. */
    int after(int run) {
        settle();
        locate(runs.counter[run]);
        int block = hintBlock;
        int at = hintAt + 1;
        if (at < counts[block]) {
            return blocks[block][at];
        }
        return block + 1 < blockCount ? blocks[block + 1][0] : -1;
    }

    /** Notes a run that stands between others, to be sorted in with the next look-up. */
    void add(int run) {
        if (notedCount == MAX_NOTED) {
            settle();
        }
        if (notedCount == noted.length) {
            noted = Arrays.copyOf(noted, 2 * notedCount);
        }
        noted[notedCount++] = run;
        runs.markNoted(run);
    }

    private void settle() {
        if (notedCount > 0) {
            for (int i = 0; i < notedCount; i++) {
                int run = noted[i];
                // Some were joined to others since, and their handles may be those of other runs by now.
                if (runs.isNoted(run) && runs.site[run] == site) {
                    runs.markSorted(run);
                    sortIn(run);
                }
            }
            notedCount = 0;
        }
    }

    private void sortIn(int run) {
        locate(runs.counter[run]);
        int block = hintBlock;
        int at = hintAt + 1;
        if (counts[block] == BLOCK) {
            split(block, BLOCK / 2);
            if (at > BLOCK / 2) {
                at -= counts[block];
                block++;
            }
        }
        int count = counts[block];
        if (count == blocks[block].length) {
            blocks[block] = Arrays.copyOf(blocks[block], Math.min(BLOCK, count * 2));
        }
        System.arraycopy(blocks[block], at, blocks[block], at + 1, count - at);
        blocks[block][at] = run;
        counts[block]++;
        hintBlock = block;
        hintAt = at;
    }

    /** Adds a run whose counters are above those of all others. */
    void append(int run) {
        int block = blockCount - 1;
        int count = counts[block];
        if (count == BLOCK) {
            split(block, BLOCK);
            block++;
            count = 0;
        }
        if (count == blocks[block].length) {
            blocks[block] = Arrays.copyOf(blocks[block], Math.min(BLOCK, count * 4));
        }
        blocks[block][count] = run;
        counts[block]++;
    }

    void remove(int run) {
        if (runs.isNoted(run)) {
            runs.markSorted(run);
            return;
        }
        locate(runs.counter[run]);
        int block = hintBlock;
        int at = hintAt;
        if (blocks[block][at] != run) {
            throw new IllegalStateException("run " + run + " is not where its counter says");
        }
        counts[block]--;
        System.arraycopy(blocks[block], at + 1, blocks[block], at, counts[block] - at);
        hintAt = at - 1;
        if (counts[block] == 0 && blockCount > 1) {
            blockCount--;
            System.arraycopy(blocks, block + 1, blocks, block, blockCount - block);
            System.arraycopy(counts, block + 1, counts, block, blockCount - block);
            hintBlock = 0;
            hintAt = -1;
        }
    }

    private int floor(long counter) {
        settle();
        locate(counter);
        return hintAt < 0 ? -1 : blocks[hintBlock][hintAt];
    }

    /** Sets the hint to the last run whose first counter is at most the given one; -1 in the first block when there is none. */
    private void locate(long counter) {
        int at = hintAt;
        if (at >= 0) {
            int[] handles = blocks[hintBlock];
            int count = counts[hintBlock];
            if (runs.counter[handles[at]] <= counter) {
                if (at + 1 < count) {
                    if (counter < runs.counter[handles[at + 1]]) {
                        return;
                    }
                    if (at + 2 < count && counter < runs.counter[handles[at + 2]]) {
                        hintAt = at + 1;
                        return;
                    }
                } else if (hintBlock == blockCount - 1) {
                    return;
                }
            } else if (at > 0 && runs.counter[handles[at - 1]] <= counter) {
                hintAt = at - 1;
                return;
            }
        }
        hintBlock = blockOf(counter);
        hintAt = counts[hintBlock] == 0 ? -1 : placeIn(hintBlock, counter);
    }

    /** The last block whose first counter is at most the given one; the first block when there is none. */
    private int blockOf(long counter) {
        int low = 0;
        int high = blockCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.counter[blocks[middle][0]] <= counter) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The last place in the block whose counter is at most the given one, or -1. */
    private int placeIn(int block, long counter) {
        int[] handles = blocks[block];
        int low = -1;
        int high = counts[block] - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.counter[handles[middle]] <= counter) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void split(int block, int from) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, blockCount * 2);
            counts = Arrays.copyOf(counts, blockCount * 2);
        }
        System.arraycopy(blocks, block + 1, blocks, block + 2, blockCount - block - 1);
        System.arraycopy(counts, block + 1, counts, block + 2, blockCount - block - 1);
        blockCount++;
        int moved = counts[block] - from;
        blocks[block + 1] = Arrays.copyOfRange(blocks[block], from, from + Math.max(4, moved));
        counts[block + 1] = moved;
        counts[block] = from;
    }

    /** Fails when blocks or runs are out of order; for the tests. Returns how many runs there are. */
    int checkInvariants() {
        int size = 0;
        long end = 0;
        for (int block = 0; block < blockCount; block++) {
            Invariants.require(counts[block] > 0 || blockCount == 1, "an empty block of an index");
            Invariants.require(counts[block] <= BLOCK, "a block of " + counts[block] + " runs");
            for (int i = 0; i < counts[block]; i++) {
                int run = blocks[block][i];
                Invariants.require(runs.counter[run] >= end, "runs of one site overlap or are out of order");
                end = runs.counter[run] + runs.length[run];
                size++;
            }
        }
        return size;
    }
}
