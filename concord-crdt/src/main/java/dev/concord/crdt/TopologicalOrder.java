package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts runs into an order in which each can be placed at once: what a run hangs on comes before it, where the list has it. A partial state
 * lists its runs by site and counter, and two people who typed into each other's text hang on one another all the way: in that order
 * nearly all of it would wait in the pending buffer. O(n log n) in the number of runs; a circle, which only a forged state has, is cut
 * somewhere.
 */
final class TopologicalOrder {
    private static final Comparator<DecodedState.Run> BY_ELEMENT =
            Comparator.comparing(DecodedState.Run::site).thenComparingLong(DecodedState.Run::counter);

    private final List<DecodedState.Run> runs;
    private final long[] counters;
    /** By site: the place of its first run, and the place after its last one. */
    private final Map<String, int[]> places = new HashMap<>();

    private final List<DecodedState.Run> ordered;
    private final boolean[] taken;
    private int[] stack = new int[16];

    private TopologicalOrder(List<DecodedState.Run> sorted) {
        runs = sorted;
        ordered = new ArrayList<>(sorted.size());
        taken = new boolean[sorted.size()];
        counters = new long[sorted.size()];
        for (int i = 0; i < counters.length; i++) {
            DecodedState.Run run = sorted.get(i);
            counters[i] = run.counter();
            int at = i;
            places.computeIfAbsent(run.site(), site -> new int[] {at, at})[1] = i + 1;
        }
    }

    static List<DecodedState.Run> of(List<DecodedState.Run> runs) {
        if (runs.size() < 2) {
            return runs;
        }
        List<DecodedState.Run> sorted = runs;
        for (int i = 1; i < runs.size(); i++) {
            if (BY_ELEMENT.compare(runs.get(i - 1), runs.get(i)) > 0) {
                sorted = new ArrayList<>(runs);
                sorted.sort(BY_ELEMENT);
                break;
            }
        }
        return new TopologicalOrder(sorted).order();
    }

    private List<DecodedState.Run> order() {
        for (int i = 0; i < taken.length; i++) {
            take(i);
        }
        return ordered;
    }

    private void take(int run) {
        int height = 0;
        int at = run;
        while (at >= 0 && !taken[at]) {
            taken[at] = true;
            if (height == stack.length) {
                stack = Arrays.copyOf(stack, height * 2);
            }
            stack[height++] = at;
            at = holder(runs.get(at).anchor().element());
        }
        while (height > 0) {
            ordered.add(runs.get(stack[--height]));
        }
    }

    /** The place of the run that has this element, or less than zero when none has. */
    private int holder(ElementId element) {
        int[] place = places.get(element.site());
        if (place == null) {
            return -1;
        }
        int found = Arrays.binarySearch(counters, place[0], place[1], element.counter());
        int at = found >= 0 ? found : -found - 2;
        return at >= place[0] && element.counter() - counters[at] < runs.get(at).length() ? at : -1;
    }
}
