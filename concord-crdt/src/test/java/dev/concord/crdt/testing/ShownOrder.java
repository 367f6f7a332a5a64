package dev.concord.crdt.testing;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which character stood right before which in any text that was shown. One order of all must agree with that: no circle. */
final class ShownOrder {
    private final Map<Integer, Set<Integer>> after = new HashMap<>();

    /** Notes a text in which no character occurs twice. */
    void show(String text) {
        Set<Integer> met = new HashSet<>();
        int previous = -1;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            if (!met.add(c)) {
                throw new AssertionError("a character that was inserted once stands twice in " + Words.quote(text));
            }
            after.computeIfAbsent(c, x -> new HashSet<>(2));
            if (previous >= 0) {
                after.get(previous).add(c);
            }
            previous = c;
        }
    }

    /** Takes away, as long as there are any, characters before which nothing must stand. */
    void check() {
        Map<Integer, Integer> before = new HashMap<>();
        after.values().forEach(all -> all.forEach(c -> before.merge(c, 1, Integer::sum)));
        ArrayDeque<Integer> free = new ArrayDeque<>();
        for (int c : after.keySet()) {
            if (!before.containsKey(c)) {
                free.add(c);
            }
        }
        int taken = 0;
        while (!free.isEmpty()) {
            taken++;
            for (int c : after.get(free.remove())) {
                if (before.merge(c, -1, Integer::sum) == 0) {
                    free.add(c);
                }
            }
        }
        if (taken < after.size()) {
            throw new AssertionError("no order of all characters agrees with all texts that were shown: "
                    + (after.size() - taken) + " of " + after.size() + " changed places");
        }
    }
}
