package dev.concord.yjs;

import java.util.Arrays;

/** A map from long to int without objects: open addressing, half full at most. Values are 0 or more. */
final class LongTable {
    private long[] keys = new long[8];
    /** The value + 1; 0 where nothing stands. */
    private int[] values = new int[8];

    private int size;

    /** The value, or -1. */
    int get(long key) {
        int mask = keys.length - 1;
        for (int at = slot(key, mask); values[at] != 0; at = (at + 1) & mask) {
            if (keys[at] == key) {
                return values[at] - 1;
            }
        }
        return -1;
    }

    void put(long key, int value) {
        if (2 * (size + 1) > keys.length) {
            grow();
        }
        int mask = keys.length - 1;
        int at = slot(key, mask);
        while (values[at] != 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        if (values[at] == 0) {
            size++;
        }
        keys[at] = key;
        values[at] = value + 1;
    }

    void remove(long key) {
        int mask = keys.length - 1;
        int at = slot(key, mask);
        while (values[at] != 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        if (values[at] == 0) {
            return;
        }
        values[at] = 0;
        size--;
        // What stands after may have been pushed there by this one.
        for (int next = (at + 1) & mask; values[next] != 0; next = (next + 1) & mask) {
            long moved = keys[next];
            int value = values[next];
            values[next] = 0;
            size--;
            put(moved, value - 1);
        }
    }

    void clear() {
        Arrays.fill(values, 0);
        size = 0;
    }

    private static int slot(long key, int mask) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & mask;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new int[2 * oldKeys.length];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != 0) {
                put(oldKeys[i], oldValues[i] - 1);
            }
        }
    }
}
