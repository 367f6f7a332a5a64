package dev.concord.yjs;

import java.util.Arrays;

/**
 * The structs of one client in the order of their clocks, without gaps: finds the one that holds a clock. A vector of vectors of bounded
 * size, so that cutting a struct moves one block at most.
 *
 * <p>Finding is O(log n), and O(1) next to what was found last; adding and removing move at most {@link #BLOCK} handles.
 */
final class StructIndex {
    private static final int BLOCK = 256;

    private final Store store;
    private int[][] blocks = new int[1][2];
    private int[] counts = new int[1];
    private int blockCount = 1;
    /** Where the last search ended. */
    private int hintBlock;

    private int hintAt;

    StructIndex(Store store) {
        this.store = store;
    }

    /** The struct that holds a clock that is known. */
    int find(int clock) {
        locate(clock);
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
        if (hintAt > 0) {
            return blocks[hintBlock][hintAt - 1];
        }
        return hintBlock == 0 ? Store.NONE : blocks[hintBlock - 1][counts[hintBlock - 1] - 1];
    }

    /** The struct after this one, or {@link Store#NONE}. */
    int after(int struct) {
        locate(store.clock(struct));
        if (hintAt + 1 < counts[hintBlock]) {
            return blocks[hintBlock][hintAt + 1];
        }
        return hintBlock + 1 < blockCount ? blocks[hintBlock + 1][0] : Store.NONE;
    }

    /** Adds a struct whose clocks are the next ones. */
    void append(int struct) {
        int block = blockCount - 1;
        if (counts[block] == BLOCK) {
            insertBlock(blockCount);
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
            insertBlock(block + 1);
            int half = BLOCK / 2;
            blocks[block + 1] = new int[BLOCK];
            System.arraycopy(blocks[block], half, blocks[block + 1], 0, BLOCK - half);
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
            blocks[block] = Arrays.copyOf(blocks[block], Math.min(BLOCK, count * 4));
        }
        if (at < count) {
            System.arraycopy(blocks[block], at, blocks[block], at + 1, count - at);
        }
        blocks[block][at] = struct;
        counts[block]++;
    }

    private void insertBlock(int block) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, blockCount * 2);
            counts = Arrays.copyOf(counts, blockCount * 2);
        }
        System.arraycopy(blocks, block, blocks, block + 1, blockCount - block);
        System.arraycopy(counts, block, counts, block + 1, blockCount - block);
        blocks[block] = new int[16];
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
        if (counts[block] == 0 && blockCount > 1) {
            blockCount--;
            System.arraycopy(blocks, block + 1, blocks, block, blockCount - block);
            System.arraycopy(counts, block + 1, counts, block, blockCount - block);
            hintBlock = Math.max(0, block - 1);
            hintAt = counts[hintBlock] - 1;
        } else {
            hintAt = Math.max(0, at - 1);
        }
    }

    /** Sets the hint to the last struct that begins at or before the clock. */
    private void locate(int clock) {
        if (hintBlock < blockCount) {
            int[] handles = blocks[hintBlock];
            int count = counts[hintBlock];
            int at = hintAt;
            if (at < count && store.clock(handles[at]) <= clock) {
                if (clock < store.end(handles[at])) {
                    return;
                }
                if (at + 1 < count && clock < store.end(handles[at + 1])) {
                    hintAt = at + 1;
                    return;
                }
            }
        }
        int last = blockCount - 1;
        int block = last;
        if (store.clock(blocks[last][0]) > clock) {
            block = blockOf(clock, last);
        }
        hintBlock = block;
        hintAt = placeIn(blocks[block], counts[block], clock);
    }

    private int blockOf(int clock, int last) {
        int low = 0;
        int high = last;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (store.clock(blocks[middle][0]) <= clock) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int placeIn(int[] handles, int count, int clock) {
        int low = 0;
        int high = count - 1;
        if (store.clock(handles[high]) <= clock) {
            return high;
        }
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (store.clock(handles[middle]) <= clock) {
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
                Invariants.require(store.length[struct] > 0, "a struct without length");
                clock = store.end(struct);
            }
        }
        Invariants.require(clock == end, "the end of a client");
    }
}
