package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All trees of a few elements by three sites, that is, all sets of inserts.
 *
 * <p>Two symmetries keep them few. First, the engine compares counters, compares names of sites where counters are equal, asks whether two
 * sites are the same, and whether a counter is the next one of its site. Sets of ids that agree in all of that, element by element in
 * (counter, site) order, differ in names only: one of them stands for all.
 *
 * <p>Second, it compares ids only of children on the same side of the same element, and counters within one site; and it matters whether
 * a counter is the next one only where the element hangs {@code after} the one that it would continue. Trees that agree in their
 * form, in that order and in these answers are the same to it. {@link #trees} gives one of each, {@link #allTrees} gives all.
 */
final class SmallScope {
    private static final String[] SITES = {"a", "b", "c"};

    private SmallScope() {}

    /** Ids of {@code size} elements, ascending. Counters up to {@code 2 * size - 1} leave room for a gap between any two. */
    static List<List<ElementId>> idSets(int size) {
        List<ElementId> all = new ArrayList<>();
        for (long counter = 1; counter < 2L * size; counter++) {
            for (String site : SITES) {
                all.add(new ElementId(site, counter));
            }
        }
        Map<String, List<ElementId>> classes = new HashMap<>();
        choose(all, 0, size, new ArrayList<>(), ids -> classes.putIfAbsent(shape(ids), List.copyOf(ids)));
        List<List<ElementId>> sets = new ArrayList<>(classes.values());
        sets.sort((a, b) -> a.toString().compareTo(b.toString()));
        return sets;
    }

    private static void choose(
            List<ElementId> all, int from, int left, List<ElementId> chosen, Consumer<List<ElementId>> target) {
        if (left == 0) {
            target.accept(chosen);
            return;
        }
        for (int i = from; i <= all.size() - left; i++) {
            chosen.add(all.get(i));
            choose(all, i + 1, left - 1, chosen, target);
            chosen.remove(chosen.size() - 1);
        }
    }

    private static String shape(List<ElementId> ids) {
        List<String> met = new ArrayList<>();
        Map<String, Long> last = new HashMap<>();
        StringBuilder shape = new StringBuilder();
        long before = 0;
        for (ElementId id : ids) {
            if (!met.contains(id.site())) {
                met.add(id.site());
            }
            Long previous = last.put(id.site(), id.counter());
            shape.append(id.counter() == before ? '=' : '<')
                    .append(met.indexOf(id.site()))
                    .append(previous != null && previous + 1 == id.counter() ? '+' : ' ');
            before = id.counter();
        }
        return shape.toString();
    }

    /** Every tree of that many elements that can come to be, one of each kind. */
    static List<List<Operation.Insert>> trees(int size) {
        Map<String, List<Operation.Insert>> kinds = new LinkedHashMap<>();
        for (List<Operation.Insert> tree : allTrees(size)) {
            kinds.putIfAbsent(kind(tree), tree);
        }
        return List.copyOf(kinds.values());
    }

    /**
     * Every tree of that many elements that can come to be: counters rise, so no element hangs, directly or not, on one that its own
     * site made later.
     */
    static List<List<Operation.Insert>> allTrees(int size) {
        List<List<Operation.Insert>> trees = new ArrayList<>();
        for (List<ElementId> ids : idSets(size)) {
            extend(ids, new int[size], new Side[size], 0, trees::add);
        }
        return trees;
    }

    /** Walks the tree in document order and says of each element all that the engine can see. */
    private static String kind(List<Operation.Insert> tree) {
        StringBuilder kind = new StringBuilder();
        walk(tree, ElementId.HEAD, new ArrayList<>(), kind);
        return kind.toString();
    }

    private static void walk(List<Operation.Insert> tree, ElementId element, List<String> met, StringBuilder kind) {
        if (!element.isHead()) {
            children(tree, Anchor.before(element), met, kind);
            if (!met.contains(element.site())) {
                met.add(element.site());
            }
            long rank = tree.stream()
                    .filter(other -> other.id().site().equals(element.site())
                            && other.id().counter() < element.counter())
                    .count();
            ElementId previous = new ElementId(element.site(), Math.max(1, element.counter() - 1));
            boolean continues = tree.stream()
                    .anyMatch(own -> own.id().equals(element) && own.anchor().equals(Anchor.after(previous)));
            kind.append(met.indexOf(element.site())).append('.').append(rank).append(continues ? "+" : " ");
        }
        children(tree, Anchor.after(element), met, kind);
    }

    private static void children(List<Operation.Insert> tree, Anchor anchor, List<String> met, StringBuilder kind) {
        kind.append('(');
        long before = 0;
        for (Operation.Insert child : tree) {
            if (child.anchor().equals(anchor)) {
                kind.append(child.id().counter() == before ? '=' : '<');
                before = child.id().counter();
                walk(tree, child.id(), met, kind);
            }
        }
        kind.append(')');
    }

    private static void extend(
            List<ElementId> ids, int[] parents, Side[] sides, int at, Consumer<List<Operation.Insert>> target) {
        int n = ids.size();
        if (at == n) {
            if (canBe(ids, parents)) {
                List<Operation.Insert> tree = new ArrayList<>(n);
                for (int i = 0; i < n; i++) {
                    ElementId parent = parents[i] < 0 ? ElementId.HEAD : ids.get(parents[i]);
                    tree.add(new Operation.Insert(
                            ids.get(i), new Anchor(parent, sides[i]), Character.toString('a' + i)));
                }
                target.accept(Collections.unmodifiableList(tree));
            }
            return;
        }
        for (int parent = -1; parent < n; parent++) {
            if (parent == at) {
                continue;
            }
            parents[at] = parent;
            sides[at] = Side.AFTER;
            extend(ids, parents, sides, at + 1, target);
            if (parent >= 0) {
                sides[at] = Side.BEFORE;
                extend(ids, parents, sides, at + 1, target);
            }
        }
    }

    private static boolean canBe(List<ElementId> ids, int[] parents) {
        for (int i = 0; i < parents.length; i++) {
            int steps = 0;
            for (int up = parents[i]; up >= 0; up = parents[up]) {
                boolean later = ids.get(up).site().equals(ids.get(i).site())
                        && ids.get(up).counter() >= ids.get(i).counter();
                if (later || ++steps > parents.length) {
                    return false;
                }
            }
        }
        return true;
    }
}
