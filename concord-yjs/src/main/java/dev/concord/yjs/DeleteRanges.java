package dev.concord.yjs;

import java.util.Arrays;

/** Ranges of ids, collected in any order, each with the packed id of its first clock. */
final class DeleteRanges {
    long[] first = new long[4];
    int[] length = new int[4];
    int size;

    void add(long id, int clocks) {
        if (size > 0 && first[size - 1] + length[size - 1] == id && sum(size - 1, clocks)) {
            length[size - 1] += clocks;
            return;
        }
        if (size == first.length) {
            first = Arrays.copyOf(first, 2 * size);
            length = Arrays.copyOf(length, 2 * size);
        }
        first[size] = id;
        length[size++] = clocks;
    }

    /** The first range of a client, in ranges that are in order; where it would be when there is none. */
    int indexOf(int client) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Store.clientOf(first[middle]) < client) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean isOf(int i, int client) {
        return i < size && Store.clientOf(first[i]) == client;
    }

    private boolean sum(int i, int more) {
        return length[i] + (long) more <= Integer.MAX_VALUE;
    }

    void clear() {
        size = 0;
        if (first.length > 4096) {
            first = new long[4];
            length = new int[4];
        }
    }

    /** The clients of the ranges in the order in which they came; only before the ranges are put in order. */
    int[] clients() {
        java.util.LinkedHashSet<Integer> clients = new java.util.LinkedHashSet<>();
        for (int i = 0; i < size; i++) {
            clients.add(Store.clientOf(first[i]));
        }
        return clients.stream().mapToInt(client -> client).toArray();
    }

    /** Puts the ranges in order and joins those that touch or overlap. O(n log n), O(n) when they are in order already. */
    void normalise() {
        boolean sorted = true;
        for (int i = 1; i < size; i++) {
            sorted &= first[i - 1] + length[i - 1] < first[i];
        }
        if (sorted) {
            return;
        }
        sort();
        int to = 0;
        for (int i = 1; i < size; i++) {
            long end = first[to] + length[to];
            if (end >= first[i] && Store.clientOf(first[to]) == Store.clientOf(first[i])) {
                length[to] = (int) (Math.max(end, first[i] + length[i]) - first[to]);
            } else {
                to++;
                first[to] = first[i];
                length[to] = length[i];
            }
        }
        size = to + 1;
    }

    /** A merge sort from the bottom up. */
    private void sort() {
        long[] fromFirst = first;
        int[] fromLength = length;
        long[] toFirst = new long[size];
        int[] toLength = new int[size];
        for (int width = 1; width < size; width *= 2) {
            for (int begin = 0; begin < size; begin += 2 * width) {
                int middle = Math.min(begin + width, size);
                int end = Math.min(begin + 2 * width, size);
                int a = begin;
                int b = middle;
                for (int to = begin; to < end; to++) {
                    boolean takeA = a < middle && (b >= end || fromFirst[a] <= fromFirst[b]);
                    int taken = takeA ? a++ : b++;
                    toFirst[to] = fromFirst[taken];
                    toLength[to] = fromLength[taken];
                }
            }
            long[] swapFirst = fromFirst;
            int[] swapLength = fromLength;
            fromFirst = toFirst;
            fromLength = toLength;
            toFirst = swapFirst.length >= size ? swapFirst : new long[size];
            toLength = swapLength.length >= size ? swapLength : new int[size];
        }
        first = fromFirst;
        length = fromLength;
    }
}
