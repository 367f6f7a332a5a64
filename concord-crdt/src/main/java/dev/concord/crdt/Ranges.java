package dev.concord.crdt;

import java.util.Map;
import java.util.TreeMap;

/** A set of counters as maximal ranges. Each update is O(log n) amortised. */
final class Ranges {
    /** First counter to the one after the last. */
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    private long total;

    void add(long from, long to) {
        long start = from;
        long end = to;
        Map.Entry<Long, Long> left = ends.floorEntry(from);
        if (left != null && left.getValue() >= from) {
            start = left.getKey();
            end = Math.max(end, left.getValue());
        }
        Map.Entry<Long, Long> right = ends.floorEntry(end);
        while (right != null && right.getKey() >= start) {
            end = Math.max(end, right.getValue());
            take(right.getKey());
            right = ends.floorEntry(end);
        }
        put(start, end);
    }

    void remove(long from, long to) {
        Map.Entry<Long, Long> left = ends.lowerEntry(from);
        if (left != null && left.getValue() > from) {
            take(left.getKey());
            put(left.getKey(), from);
            if (left.getValue() > to) {
                put(to, left.getValue());
            }
        }
        Map.Entry<Long, Long> inside = ends.ceilingEntry(from);
        while (inside != null && inside.getKey() < to) {
            take(inside.getKey());
            if (inside.getValue() > to) {
                put(to, inside.getValue());
            }
            inside = ends.ceilingEntry(from);
        }
    }

    /** The end of the range that holds the counter, or the counter itself when none does. */
    long endOf(long counter) {
        Map.Entry<Long, Long> range = ends.floorEntry(counter);
        return range != null && range.getValue() > counter ? range.getValue() : counter;
    }

    /** The first counter at or above the given one that is in a range, or {@code limit} when that is lower or there is none. */
    long nextStart(long counter, long limit) {
        if (endOf(counter) > counter) {
            return counter;
        }
        Long start = ends.ceilingKey(counter);
        return start == null ? limit : Math.min(start, limit);
    }

    /** The counter after the highest in the set, 1 when it is empty. */
    long end() {
        return ends.isEmpty() ? 1 : ends.lastEntry().getValue();
    }

    boolean isEmpty() {
        return ends.isEmpty();
    }

    /** How many counters are in the set. */
    long total() {
        return total;
    }

    private void put(long from, long to) {
        ends.put(from, to);
        total += to - from;
    }

    private void take(long from) {
        Long to = ends.remove(from);
        total -= to == null ? 0 : to - from;
    }

    int count() {
        return ends.size();
    }

    /** First counters to the counters after the last, ascending. */
    Map<Long, Long> ranges() {
        return ends;
    }

    /** Fails when ranges are empty, touch or are counted wrongly; for the tests. */
    void checkInvariants() {
        long sum = 0;
        long last = -1;
        for (Map.Entry<Long, Long> range : ends.entrySet()) {
            Invariants.require(range.getKey() > last, "ranges that touch are two");
            Invariants.require(range.getValue() > range.getKey(), "an empty range");
            sum += range.getValue() - range.getKey();
            last = range.getValue();
        }
        Invariants.require(sum == total, "the total of ranges");
    }
}
