package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;

/** Builds an empty {@link RunTree} from runs that come in document order: full leaves, then the branches level by level. */
final class TreeBuilder {
    private final Runs runs;
    private final RunTree tree;
    private final String text;
    private final List<Object> level = new ArrayList<>();
    private Leaf leaf;
    /** First unit of the leaf's text, and how many units it has so far. */
    private int textStart;

    private int size;
    private boolean pairs;

    /**
     * A builder on a tree that holds only the head.
     *
     * @param text the visible text of all runs to come, one after the other
     */
    TreeBuilder(Runs runs, RunTree tree, String text) {
        this.runs = runs;
        this.tree = tree;
        this.text = text;
        this.leaf = tree.firstLeaf();
        level.add(leaf);
    }

    void append(int run) {
        int width = runs.width[run];
        if (leaf.count == Leaf.MAX_RUNS || (size > 0 && size + width > Leaf.MAX_CHARS)) {
            nextLeaf();
        }
        leaf.appendRun(run);
        runs.leaf[run] = leaf;
        size += width;
        pairs |= width > runs.length[run];
    }

    private void nextLeaf() {
        fill();
        Leaf after = new Leaf();
        after.previous = leaf;
        leaf.next = after;
        leaf = after;
        level.add(after);
    }

    private void fill() {
        leaf.fillText(text, textStart, textStart + size);
        textStart += size;
        size = 0;
    }

    void finish() {
        fill();
        List<Object> nodes = level;
        while (nodes.size() > 1) {
            List<Object> above = new ArrayList<>(nodes.size() / Branch.MAX_CHILDREN + 1);
            for (int from = 0; from < nodes.size(); from += Branch.MAX_CHILDREN) {
                Branch branch = new Branch();
                for (Object node : nodes.subList(from, Math.min(nodes.size(), from + Branch.MAX_CHILDREN))) {
                    if (node instanceof Leaf child) {
                        branch.append(child, child.chars(), tree.minDepth(child));
                    } else {
                        Branch child = (Branch) node;
                        branch.append(child, child.width(), child.minDepth());
                    }
                }
                above.add(branch);
            }
            nodes = above;
        }
        tree.replace(nodes.get(0), text.length(), pairs);
    }
}
