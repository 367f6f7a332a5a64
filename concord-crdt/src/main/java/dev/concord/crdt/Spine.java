package dev.concord.crdt;

import java.util.Arrays;

/**
 * The runs on the way from the head to the latest run in document order, by depth: what the next run can hang on. First
 * depths rise strictly from bottom to top; the head is at the bottom and never goes.
 */
final class Spine {
    private int[] depth = new int[16];
    private int[] site = new int[16];
    private long[] counter = new long[16];
    private int[] length = new int[16];
    private int size = 1;

    Spine() {
        length[0] = 1;
    }

    /** Pops the runs whose first depth is at least the given one; returns how many. */
    int popFrom(int least) {
        int before = size;
        while (depth[size - 1] >= least) {
            size--;
        }
        return before - size;
    }

    /** How many runs could be popped. */
    int size() {
        return size - 1;
    }

    void pop() {
        size--;
    }

    void push(int ofDepth, int ofSite, long ofCounter, int ofLength) {
        if (size == depth.length) {
            depth = Arrays.copyOf(depth, size * 2);
            site = Arrays.copyOf(site, size * 2);
            counter = Arrays.copyOf(counter, size * 2);
            length = Arrays.copyOf(length, size * 2);
        }
        depth[size] = ofDepth;
        site[size] = ofSite;
        counter[size] = ofCounter;
        length[size] = ofLength;
        size++;
    }

    boolean topIsHead() {
        return size == 1;
    }

    /** First depth of the run at a height, 0 being the head; also of one that was just popped. */
    int depthAt(int height) {
        return depth[height];
    }

    int firstDepth() {
        return depth[size - 1];
    }

    int lastDepth() {
        return depth[size - 1] + length[size - 1] - 1;
    }

    int site() {
        return site[size - 1];
    }

    /** The counter of the top's element of that depth. */
    long counterAt(int ofDepth) {
        return counter[size - 1] + (ofDepth - depth[size - 1]);
    }
}
