package dev.concord.client;

import dev.concord.crdt.Operation;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The elements that some operations insert, and those that they delete. */
final class Coverage {
    private final Map<String, NavigableMap<Long, Long>> inserted = new HashMap<>();
    private final Map<String, NavigableMap<Long, Long>> deleted = new HashMap<>();

    void add(Operation operation) {
        NavigableMap<Long, Long> ranges =
                kind(operation).computeIfAbsent(operation.id().site(), s -> new TreeMap<>());
        long from = operation.id().counter();
        long to = from + operation.length();
        Map.Entry<Long, Long> before = ranges.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        for (Map.Entry<Long, Long> next = ranges.ceilingEntry(from);
                next != null && next.getKey() <= to;
                next = ranges.ceilingEntry(from)) {
            to = Math.max(to, next.getValue());
            ranges.remove(next.getKey());
        }
        ranges.put(from, to);
    }

    /** Whether all that an operation does is done by the others too. */
    boolean includes(Operation operation) {
        NavigableMap<Long, Long> ranges = kind(operation).get(operation.id().site());
        Map.Entry<Long, Long> range =
                ranges == null ? null : ranges.floorEntry(operation.id().counter());
        return range != null && range.getValue() >= operation.id().counter() + operation.length();
    }

    /** Whether some of the elements that an operation inserts are deleted here. */
    boolean deletesAnyOf(Operation insert) {
        NavigableMap<Long, Long> ranges = deleted.get(insert.id().site());
        Map.Entry<Long, Long> range =
                ranges == null ? null : ranges.lowerEntry(insert.id().counter() + insert.length());
        return range != null && range.getValue() > insert.id().counter();
    }

    private Map<String, NavigableMap<Long, Long>> kind(Operation operation) {
        return operation instanceof Operation.Insert ? inserted : deleted;
    }
}
