package dev.concord.yjs;

import java.util.Arrays;

/**
 * The structs of one client in the order of their clocks, without gaps: finds the one that holds a clock. A vector of vectors of bounded
 * size, so that cutting a struct moves one block at most. Where each struct begins stands beside its handle, because a search reads nothing
 * else.
 *
 * <p>Finding is O(log n), and O(1) next to what was found last, by {@link #find} and by {@link #findBeginning} each for itself; adding and
 * removing move at most {@link #BLOCK} handles.
 */
final class StructIndex {
    private static final int BLOCK = 256;

    private final Store store;
    private int[][] blocks = new int[1][2];
    /** The first clock of each struct. */
    private int[][] starts = new int[1][2];

    private int[] counts = new int[1];
    private int blockCount = 1;
    /** Where the last search ended. */
    private int hintBlock;

    private int hintAt;
    /** Where the last search for a beginning ended. Only a guess: what was added or removed since may have moved it. */
    private int beginningBlock;

    private int beginningAt;

    StructIndex(Store store) {
        this.store = store;
    }

    /** The struct that holds a clock that is known. */
    int find(int clock) {
        locate(clock);
        return blocks[hintBlock][hintAt];
    }

    /**
     * As {@link #find}, for clocks where structs begin, most often: insertions name one that ends and one that begins, and those of the next
     * insertion are near to them.
     */
    int findBeginning(int clock) {
        if (!isNear(beginningBlock, beginningAt, clock)) {
            search(clock);
        }
        beginningBlock = hintBlock;
        beginningAt = hintAt;
        return blocks[hintBlock][hintAt];
    }

    int first() {
        return counts[0] == 0 ? Store.NONE : blocks[0][0];
    }

    int last() {
        int count = counts[blockCount - 1];
        return count == 0 ? Store.NONE : blocks[blockCount - 1][count - 1];
    }

    /** The struct before this one, or {@link Store#NONE}. */
    int before(int struct) {
        locate(store.clock(struct));
        if (hintAt == 0) {
            if (hintBlock == 0) {
                return Store.NONE;
            }
            hintBlock--;
            hintAt = counts[hintBlock];
        }
        return blocks[hintBlock][--hintAt];
    }

    /** The struct after this one, or {@link Store#NONE}. */
    int after(int struct) {
        locate(store.clock(struct));
        if (hintAt + 1 < counts[hintBlock]) {
            return blocks[hintBlock][++hintAt];
        }
        if (hintBlock + 1 == blockCount) {
            return Store.NONE;
        }
        hintAt = 0;
        return blocks[++hintBlock][0];
    }

    /** Adds a struct whose clocks are the next ones. */
    void append(int struct) {
        int block = blockCount - 1;
        if (counts[block] == BLOCK) {
            insertBlock(blockCount, 16);
            block++;
        }
        put(block, counts[block], struct);
    }

    /** Adds the second part of a struct that was cut. */
    void addAfter(int left, int struct) {
        locate(store.clock(left));
        int block = hintBlock;
        int at = hintAt + 1;
        if (counts[block] == BLOCK) {
            insertBlock(block + 1, BLOCK);
            int half = BLOCK / 2;
            System.arraycopy(blocks[block], half, blocks[block + 1], 0, BLOCK - half);
            System.arraycopy(starts[block], half, starts[block + 1], 0, BLOCK - half);
            counts[block + 1] = BLOCK - half;
            counts[block] = half;
            if (at > half) {
                at -= half;
                block++;
            }
        }
        put(block, at, struct);
        hintBlock = block;
        hintAt = at;
    }

    private void put(int block, int at, int struct) {
        int count = counts[block];
        if (count == blocks[block].length) {
            int capacity = Math.min(BLOCK, count * 4);
            blocks[block] = Arrays.copyOf(blocks[block], capacity);
            starts[block] = Arrays.copyOf(starts[block], capacity);
        }
        if (at < count) {
            System.arraycopy(blocks[block], at, blocks[block], at + 1, count - at);
            System.arraycopy(starts[block], at, starts[block], at + 1, count - at);
        }
        blocks[block][at] = struct;
        starts[block][at] = store.clock(struct);
        counts[block]++;
    }

    private void insertBlock(int block, int capacity) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, blockCount * 2);
            starts = Arrays.copyOf(starts, blockCount * 2);
            counts = Arrays.copyOf(counts, blockCount * 2);
        }
        System.arraycopy(blocks, block, blocks, block + 1, blockCount - block);
        System.arraycopy(starts, block, starts, block + 1, blockCount - block);
        System.arraycopy(counts, block, counts, block + 1, blockCount - block);
        blocks[block] = new int[capacity];
        starts[block] = new int[capacity];
        counts[block] = 0;
        blockCount++;
    }

    /** Takes a struct out whose clocks the one before it now has. */
    void remove(int struct) {
        locate(store.clock(struct));
        int block = hintBlock;
        int at = hintAt;
        if (blocks[block][at] != struct) {
            throw new IllegalStateException("struct " + struct + " is not where its clock says");
        }
        counts[block]--;
        System.arraycopy(blocks[block], at + 1, blocks[block], at, counts[block] - at);
        System.arraycopy(starts[block], at + 1, starts[block], at, counts[block] - at);
        if (counts[block] == 0 && blockCount > 1) {
            blockCount--;
            System.arraycopy(blocks, block + 1, blocks, block, blockCount - block);
            System.arraycopy(starts, block + 1, starts, block, blockCount - block);
            System.arraycopy(counts, block + 1, counts, block, blockCount - block);
            hintBlock = Math.max(0, block - 1);
            hintAt = counts[hintBlock] - 1;
        } else {
            hintAt = Math.max(0, at - 1);
        }
    }

    /** Sets the hint to the last struct that begins at or before the clock. */
    private void locate(int clock) {
        if (!isNear(hintBlock, hintAt, clock)) {
            search(clock);
        }
    }

    /** Whether the struct is the one that stands here, or one of those beside it; then it is the hint. */
    private boolean isNear(int block, int at, int clock) {
        if (block >= blockCount || at >= counts[block]) {
            return false;
        }
        int[] clocks = starts[block];
        int count = counts[block];
        if (clocks[at] <= clock) {
            if (at + 1 < count && clocks[at + 1] > clock) {
                return isHint(block, at);
            }
            return at + 2 < count && clocks[at + 2] > clock && isHint(block, at + 1);
        }
        return at > 0 && clocks[at - 1] <= clock && isHint(block, at - 1);
    }

    private boolean isHint(int block, int at) {
        hintBlock = block;
        hintAt = at;
        return true;
    }

    private void search(int clock) {
        int block = blockCount - 1;
        if (starts[block][0] > clock) {
            block = blockOf(clock, block);
        }
        int[] clocks = starts[block];
        int left = counts[block];
        int at = left - 1;
        if (at > 0 && clocks[at] > clock) {
            // The same steps whatever the clock is, so that no branch has to be guessed.
            at = 0;
            while (left > 1) {
                int half = left >>> 1;
                at = clocks[at + half] <= clock ? at + half : at;
                left -= half;
            }
        }
        hintBlock = block;
        hintAt = Math.max(0, at);
    }

    private int blockOf(int clock, int last) {
        int low = 0;
        int high = last;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle][0] <= clock) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** How many structs there are. O(blocks). */
    int size() {
        int size = 0;
        for (int block = 0; block < blockCount; block++) {
            size += counts[block];
        }
        return size;
    }

    /** How many structs there are from this one on. O(blocks). */
    int sizeFrom(int struct) {
        locate(store.clock(struct));
        int size = -hintAt;
        for (int block = hintBlock; block < blockCount; block++) {
            size += counts[block];
        }
        return size;
    }

    /** Calls for each struct from the one that holds a clock on, ascending. */
    void forEach(int fromClock, java.util.function.IntConsumer action) {
        if (first() == Store.NONE) {
            return;
        }
        locate(fromClock);
        int at = hintAt;
        for (int block = hintBlock; block < blockCount; block++) {
            for (; at < counts[block]; at++) {
                action.accept(blocks[block][at]);
            }
            at = 0;
        }
    }

    /** Fails when structs are out of order or leave gaps; for the tests. */
    void checkInvariants(int client, int end) {
        int clock = 0;
        for (int block = 0; block < blockCount; block++) {
            Invariants.require(counts[block] > 0 || blockCount == 1, "an empty block of an index");
            for (int at = 0; at < counts[block]; at++) {
                int struct = blocks[block][at];
                Invariants.require(store.client(struct) == client, "a struct of another client in an index");
                Invariants.require(store.clock(struct) == clock, "a gap or overlap in the clocks of a client");
                Invariants.require(starts[block][at] == clock, "another clock in an index than in the struct");
                Invariants.require(store.length[struct] > 0, "a struct without length");
                clock = store.end(struct);
            }
        }
        Invariants.require(clock == end, "the end of a client");
    }
}
