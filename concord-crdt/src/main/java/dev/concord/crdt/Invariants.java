package dev.concord.crdt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Checks that the parts of a document agree with one another: the tree's sums, the indexes, depths, sides and markers, and what waits.
 * Each class with a structure of its own checks that itself; here stands what lies between them. O(runs log runs). A failure is a bug
 * of this package.
 */
final class Invariants {
    private final Core core;
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Placement placement;

    private Invariants(Core core) {
        this.core = core;
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.placement = core.placement;
    }

    static void check(Core core) {
        core.tree.settle();
        Invariants checker = new Invariants(core);
        List<Integer> order = checker.checkLeaves();
        checker.checkIndexes(order);
        checker.checkFamilies(order);
        core.pending.checkInvariants();
    }

    private List<Integer> checkLeaves() {
        List<Integer> order = new ArrayList<>();
        int width = 0;
        Leaf previous = null;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            require(leaf.previous == previous, "a leaf's back link");
            require(leaf.count > 0 && leaf.count <= Leaf.MAX_RUNS, "a leaf's count " + leaf.count);
            int chars = 0;
            for (int i = 0; i < leaf.count; i++) {
                int run = leaf.runs[i];
                require(runs.leaf[run] == leaf, "run " + run + " names another leaf");
                require(runs.isDead(run) == (runs.width[run] == 0), "width of run " + run);
                require(runs.width[run] == 0 || runs.width[run] >= runs.length[run], "narrow run " + run);
                chars += runs.width[run];
                order.add(run);
            }
            require(chars == leaf.chars(), "a leaf's text is " + leaf.chars() + " long, its runs " + chars);
            checkSums(leaf);
            width += chars;
            previous = leaf;
        }
        require(width == tree.width(), "the width");
        require(order.get(0) == Runs.HEAD, "the head is not first");
        return order;
    }

    private void checkSums(Leaf leaf) {
        int width = leaf.chars();
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < leaf.count; i++) {
            least = Math.min(least, runs.depth[leaf.runs[i]]);
        }
        Object child = leaf;
        int slot = leaf.slot;
        for (Branch branch = leaf.parent; branch != null; branch = branch.parent) {
            require(branch.children[slot] == child, "a child's slot");
            require(branch.widths[slot] == width, "a branch's width");
            require(branch.minDepths[slot] == least, "a branch's least depth");
            width = branch.width();
            least = branch.minDepth();
            child = branch;
            slot = branch.slot;
        }
    }

    private void checkIndexes(List<Integer> order) {
        int real = 0;
        long elements = 0;
        for (int run : order) {
            if (runs.site[run] == Runs.NO_SITE) {
                continue;
            }
            real++;
            elements += runs.length[run];
            SiteIndex index = sites.index(runs.site[run]);
            require(index.find(runs.counter[run]) == run, "run " + run + " is not found by its first counter");
            long last = runs.counter[run] + runs.length[run] - 1;
            require(index.find(last) == run, "run " + run + " is not found by its last counter");
        }
        require(
                elements == core.treeElements(),
                core.treeElements() + " elements are counted, " + elements + " are there");
        int indexed = 0;
        for (int site = 0; site < sites.size(); site++) {
            SiteIndex index = sites.index(site);
            indexed += index.checkInvariants();
            int last = index.last();
            long end = last < 0 ? 1 : runs.counter[last] + runs.length[last];
            require(sites.end(site) == end, "the end of site " + sites.name(site));
        }
        require(indexed == real, indexed + " runs are indexed, " + real + " stand in the tree");
    }

    /**
     * Finds the anchor of every run again, gathers the families, and compares order, family lists and markers. Inside a run each element
     * is the first right child of the one before it.
     */
    private void checkFamilies(List<Integer> order) {
        Map<Anchor, List<ElementId>> families = new HashMap<>();
        Map<ElementId, Integer> places = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            int run = order.get(i);
            if (runs.isMarker(run) || run == Runs.HEAD) {
                continue;
            }
            ElementId id = sites.id(run, 0);
            places.put(id, i);
            Anchor anchor = placement.anchorOf(run, 0);
            int parent = sites.runOf(anchor.element());
            require(parent >= 0, id + " hangs on nothing");
            int parentAt = (int) (anchor.element().counter() - runs.counter[parent]);
            require(runs.depth[run] == runs.depth[parent] + parentAt + 1, "depth of " + id);
            families.computeIfAbsent(anchor, a -> childInRun(a, parent, parentAt))
                    .add(id);
        }
        int markers = 0;
        int withSiblings = 0;
        for (Map.Entry<Anchor, List<ElementId>> family : families.entrySet()) {
            List<ElementId> children = family.getValue();
            require(new ArrayList<>(new TreeSet<>(children)).equals(children), "siblings of " + family.getKey());
            Family listed = placement.siblings().get(family.getKey());
            require(
                    children.size() == 1
                            ? listed == null
                            : listed != null && listed.ids().equals(children),
                    "the list of siblings at " + family.getKey());
            withSiblings += children.size() > 1 ? 1 : 0;
            for (ElementId younger : children.subList(1, children.size())) {
                markers++;
                checkMarker(order, places.getOrDefault(younger, -1), younger);
            }
        }
        require(placement.siblings().size() == withSiblings, "a list of siblings that are none");
        long standing = order.stream().filter(runs::isMarker).count();
        require(standing == markers, standing + " markers stand, " + markers + " are due");
    }

    private List<ElementId> childInRun(Anchor anchor, int parent, int parentAt) {
        List<ElementId> children = new ArrayList<>(2);
        if (anchor.side() == Side.AFTER && parentAt + 1 < runs.length[parent]) {
            children.add(sites.id(parent, parentAt + 1));
        }
        return children;
    }

    private void checkMarker(List<Integer> order, int place, ElementId younger) {
        require(place > 0, younger + " has elder siblings but begins no run");
        int depth = runs.depth[order.get(place)];
        int i = place - 1;
        while (runs.depth[order.get(i)] > depth) {
            i--;
        }
        require(runs.isMarker(order.get(i)) && runs.depth[order.get(i)] == depth, "the marker of " + younger);
    }

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + what);
        }
    }
}
