package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The difference between the visible texts of two element lists, by the identity of the elements: text that was deleted and typed
 * again counts as different, even if it reads the same.
 *
 * <pre>{@code
 * Document document = new Document("ann");
 * document.insert(0, "one three");
 * List<Element> before = document.elements();
 * document.insert(4, "two ");
 * Difference difference = Difference.between(before, document.elements());
 * assert difference.added().get(0).text().equals("two ");
 * assert difference.removed().isEmpty() && difference.moved().isEmpty();
 * }</pre>
 *
 * <p>Immutable.
 *
 * <p>The elements of a document never change their order, so nothing moves between its versions. In unrelated lists, the elements
 * that moved are those outside a longest common subsequence.
 *
 * @param added visible in the second list only, in its order
 * @param removed visible in the first list only, in its order
 * @param moved visible in both but in another order; listed in the order of the second list
 */
public record Difference(List<Range> added, List<Range> removed, List<Range> moved) {

    /**
     * Elements of one site with consecutive counters that stand side by side in the visible text.
     *
     * @param id the first of them; its site is the author
     * @param length number of elements
     * @param text what they show
     * @param from the UTF-16 offset in the first text; for added text, the offset at which it would be there
     * @param to the UTF-16 offset in the second text; for removed text, the offset at which it would be there
     */
    public record Range(ElementId id, int length, String text, int from, int to) {
        /** Refuses nulls. */
        public Range {
            requireNonNull(id, "id");
            requireNonNull(text, "text");
        }
    }

    private static final int NONE = -1;
    private static final int TAKEN = -2;

    /** Copies the lists. */
    public Difference {
        added = List.copyOf(requireNonNull(added, "added"));
        removed = List.copyOf(requireNonNull(removed, "removed"));
        moved = List.copyOf(requireNonNull(moved, "moved"));
    }

    /**
     * Compares two lists, ignoring tombstones. Thread-safe: a pure function.
     *
     * @param first from {@link Document#elements}
     * @param second from {@link Document#elements}
     * @return the differences; O(n), or O(n log n) when elements have moved
     * @throws InvalidOperationException when an element occurs twice in one list, in the part where the lists differ
     */
    public static Difference between(List<Element> first, List<Element> second) {
        return new Comparison(Visible.of(requireNonNull(first, "first")), Visible.of(requireNonNull(second, "second")))
                .difference();
    }

    /** The visible elements of a list, and the offset of each in their text; one more offset than elements. */
    private record Visible(List<Element> elements, List<Integer> offsets) {
        static Visible of(List<Element> list) {
            List<Element> elements = new ArrayList<>(list.size());
            List<Integer> offsets = new ArrayList<>(list.size() + 1);
            int offset = 0;
            for (Element element : list) {
                String value = requireNonNull(element, "element").value();
                if (value != null) {
                    elements.add(element);
                    offsets.add(offset);
                    offset += value.length();
                }
            }
            offsets.add(offset);
            return new Visible(elements, offsets);
        }

        int size() {
            return elements.size();
        }

        ElementId id(int at) {
            return elements.get(at).id();
        }
    }

    private static final class Comparison {
        private final Visible first;
        private final Visible second;
        /** For each element of the second list its place in the first, or none. */
        private final int[] places;
        /** Whether an element of the second list keeps its place among the others. */
        private final boolean[] kept;

        Comparison(Visible first, Visible second) {
            this.first = first;
            this.second = second;
            places = new int[second.size()];
            kept = new boolean[second.size()];
        }

        Difference difference() {
            match();
            keepLongest();
            List<Range> added = new ArrayList<>();
            List<Range> moved = new ArrayList<>();
            boolean[] common = new boolean[first.size()];
            int after = 0;
            for (int i = 0; i < second.size(); ) {
                int place = places[i];
                int end = i + 1;
                if (place == NONE) {
                    while (end < second.size() && places[end] == NONE && continues(second, end)) {
                        end++;
                    }
                    added.add(range(second, i, end, after, second.offsets().get(i)));
                } else if (kept[i]) {
                    after = first.offsets().get(place + 1);
                } else {
                    while (end < second.size()
                            && !kept[end]
                            && places[end] == places[end - 1] + 1
                            && continues(second, end)) {
                        end++;
                    }
                    moved.add(range(
                            second,
                            i,
                            end,
                            first.offsets().get(place),
                            second.offsets().get(i)));
                }
                for (; i < end; i++) {
                    if (places[i] != NONE) {
                        common[places[i]] = true;
                    }
                }
            }
            return new Difference(added, removed(common), moved);
        }

        private List<Range> removed(boolean[] common) {
            int[] ends = new int[first.size()];
            Arrays.fill(ends, NONE);
            for (int i = 0; i < second.size(); i++) {
                if (kept[i]) {
                    ends[places[i]] = second.offsets().get(i + 1);
                }
            }
            List<Range> removed = new ArrayList<>();
            int after = 0;
            for (int i = 0; i < first.size(); ) {
                int end = i + 1;
                if (!common[i]) {
                    while (end < first.size() && !common[end] && continues(first, end)) {
                        end++;
                    }
                    removed.add(range(first, i, end, first.offsets().get(i), after));
                } else if (ends[i] != NONE) {
                    after = ends[i];
                }
                i = end;
            }
            return removed;
        }

        /** Finds the elements of one list in the other. What both begin and end with needs no looking up. */
        private void match() {
            int head = 0;
            int shorter = Math.min(first.size(), second.size());
            while (head < shorter && first.id(head).equals(second.id(head))) {
                places[head] = head;
                head++;
            }
            int tail = 0;
            while (tail < shorter - head
                    && first.id(first.size() - 1 - tail).equals(second.id(second.size() - 1 - tail))) {
                places[second.size() - 1 - tail] = first.size() - 1 - tail;
                tail++;
            }
            Map<ElementId, Integer> middle = new HashMap<>();
            for (int i = head; i < first.size() - tail; i++) {
                if (middle.put(first.id(i), i) != null) {
                    throw twin(first.id(i));
                }
            }
            for (int i = head; i < second.size() - tail; i++) {
                Integer place = middle.put(second.id(i), TAKEN);
                places[i] = place == null ? NONE : place;
                if (places[i] == TAKEN) {
                    throw twin(second.id(i));
                }
            }
        }

        private static InvalidOperationException twin(ElementId id) {
            return new InvalidOperationException("id", id + " stands twice in the list");
        }

        /** Marks a longest subsequence of the second list that the first has in the same order (Fredman 1975). */
        private void keepLongest() {
            int[] tails = new int[places.length];
            int[] previous = new int[places.length];
            int longest = 0;
            for (int i = 0; i < places.length; i++) {
                if (places[i] == NONE) {
                    continue;
                }
                int at = longest;
                if (longest > 0 && places[tails[longest - 1]] > places[i]) {
                    int low = 0;
                    int high = longest - 1;
                    while (low < high) {
                        int middle = (low + high) >>> 1;
                        if (places[tails[middle]] < places[i]) {
                            low = middle + 1;
                        } else {
                            high = middle;
                        }
                    }
                    at = low;
                }
                previous[i] = at > 0 ? tails[at - 1] : NONE;
                tails[at] = i;
                longest = Math.max(longest, at + 1);
            }
            for (int i = longest > 0 ? tails[longest - 1] : NONE; i != NONE; i = previous[i]) {
                kept[i] = true;
            }
        }

        private static boolean continues(Visible list, int at) {
            ElementId before = list.id(at - 1);
            ElementId id = list.id(at);
            return id.counter() == before.counter() + 1 && id.site().equals(before.site());
        }

        private static Range range(Visible list, int start, int end, int from, int to) {
            StringBuilder text = new StringBuilder(end - start);
            for (int i = start; i < end; i++) {
                text.append(list.elements().get(i).value());
            }
            return new Range(list.id(start), end - start, text.toString(), from, to);
        }
    }
}
