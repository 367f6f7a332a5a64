package dev.concord.yjs;

import java.util.Map;
import java.util.TreeMap;

/** A set of clocks as maximal ranges. Each update is O(log n) amortised. */
final class Ranges {
    /** First clock to the one after the last. */
    private final TreeMap<Long, Long> ends = new TreeMap<>();

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
            ends.remove(right.getKey());
            right = ends.floorEntry(end);
        }
        ends.put(start, end);
    }

    /** Takes all below a clock out. */
    void removeBelow(long clock) {
        Map.Entry<Long, Long> range = ends.firstEntry();
        while (range != null && range.getKey() < clock) {
            ends.remove(range.getKey());
            if (range.getValue() > clock) {
                ends.put(clock, range.getValue());
            }
            range = ends.firstEntry();
        }
    }

    /** The end of the range that holds the clock, or the clock itself when none does. */
    long endOf(long clock) {
        Map.Entry<Long, Long> range = ends.floorEntry(clock);
        return range != null && range.getValue() > clock ? range.getValue() : clock;
    }

    /** The first clock at or above the given one that is in a range, or {@code limit} when that is lower or there is none. */
    long nextStart(long clock, long limit) {
        if (endOf(clock) > clock) {
            return clock;
        }
        Long start = ends.ceilingKey(clock);
        return start == null ? limit : Math.min(start, limit);
    }

    boolean isEmpty() {
        return ends.isEmpty();
    }

    int count() {
        return ends.size();
    }

    Map<Long, Long> ranges() {
        return ends;
    }
}
