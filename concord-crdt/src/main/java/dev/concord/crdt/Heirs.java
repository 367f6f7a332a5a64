package dev.concord.crdt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers which elements were typed again, and as which. */
final class Heirs {
    /** Elements with consecutive counters. */
    record Span(String site, long counter, int length) {
        long end() {
            return counter + length;
        }
    }

    private record Heir(int length, ElementId id) {}

    private final Map<String, TreeMap<Long, Heir>> sites = new HashMap<>();

    /** The elements of a piece live on as {@code heir} and those that follow it. */
    void add(Piece piece, ElementId heir) {
        sites.computeIfAbsent(piece.site(), site -> new TreeMap<>())
                .put(piece.counter(), new Heir(piece.length(), heir));
    }

    /** What stands for the elements of a span today. O(spans log n), each further time that they were typed again. */
    List<Span> of(Span span) {
        List<Span> today = new ArrayList<>();
        ArrayDeque<Span> open = new ArrayDeque<>();
        open.push(span);
        while (!open.isEmpty()) {
            Span next = open.pop();
            TreeMap<Long, Heir> heirs = sites.get(next.site());
            if (heirs == null) {
                today.add(next);
                continue;
            }
            Map.Entry<Long, Heir> entry = heirs.floorEntry(next.counter());
            long heldUpTo =
                    entry == null ? 0 : entry.getKey() + entry.getValue().length();
            long to;
            if (entry != null && next.counter() < heldUpTo) {
                to = Math.min(next.end(), heldUpTo);
                pushRest(open, next, to);
                ElementId heir = entry.getValue().id();
                open.push(new Span(
                        heir.site(), heir.counter() + next.counter() - entry.getKey(), (int) (to - next.counter())));
            } else {
                Long higher = heirs.higherKey(next.counter());
                to = higher == null ? next.end() : Math.min(next.end(), higher);
                pushRest(open, next, to);
                today.add(new Span(next.site(), next.counter(), (int) (to - next.counter())));
            }
        }
        return today;
    }

    private static void pushRest(ArrayDeque<Span> open, Span span, long start) {
        if (start < span.end()) {
            open.push(new Span(span.site(), start, (int) (span.end() - start)));
        }
    }
}
