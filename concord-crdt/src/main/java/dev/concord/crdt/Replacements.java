package dev.concord.crdt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers which elements were typed again, and as which. */
final class Replacements {
    /** Elements with consecutive counters. */
    record Span(String site, long counter, int length) {
        long end() {
            return counter + length;
        }
    }

    private record Replacement(int length, ElementId id) {}

    private final Map<String, TreeMap<Long, Replacement>> sites = new HashMap<>();

    /** The elements of a piece live on as {@code replacement} and those that follow it. */
    void add(Piece piece, ElementId replacement) {
        sites.computeIfAbsent(piece.site(), site -> new TreeMap<>())
                .put(piece.counter(), new Replacement(piece.length(), replacement));
    }

    /** What stands for the elements of a span today. O(spans log n), each further time that they were typed again. */
    List<Span> of(Span span) {
        List<Span> today = new ArrayList<>();
        ArrayDeque<Span> open = new ArrayDeque<>();
        open.push(span);
        while (!open.isEmpty()) {
            Span next = open.pop();
            TreeMap<Long, Replacement> replacements = sites.get(next.site());
            if (replacements == null) {
                today.add(next);
                continue;
            }
            Map.Entry<Long, Replacement> entry = replacements.floorEntry(next.counter());
            long heldUpTo =
                    entry == null ? 0 : entry.getKey() + entry.getValue().length();
            long to;
            if (entry != null && next.counter() < heldUpTo) {
                to = Math.min(next.end(), heldUpTo);
                pushRest(open, next, to);
                ElementId replacement = entry.getValue().id();
                open.push(new Span(replacement.site(), replacement.counter() + next.counter() - entry.getKey(), (int)
                        (to - next.counter())));
            } else {
                Long higher = replacements.higherKey(next.counter());
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
