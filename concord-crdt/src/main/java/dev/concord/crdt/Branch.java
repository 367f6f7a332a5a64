package dev.concord.crdt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An inner node of the {@link RunTree}: children of one kind, all leaves or all branches, with two sums of each: the width of its
 * visible text in UTF-16 units, and the least depth among its runs and markers.
 */
final class Branch {
    static final int MAX_CHILDREN = 32;
    /** A node that is left with so few children is joined with one beside it, if both together are at most half full. */
    private static final int FEW_CHILDREN = MAX_CHILDREN / 4;

    @Nullable
    Branch parent;

    int slot;

    /** {@link Leaf} or {@link Branch}. */
    final Object[] children = new Object[MAX_CHILDREN];

    final int[] widths = new int[MAX_CHILDREN];
    final int[] minDepths = new int[MAX_CHILDREN];
    int count;

    void insert(int at, Object child, int width, int minDepth) {
        System.arraycopy(children, at, children, at + 1, count - at);
        System.arraycopy(widths, at, widths, at + 1, count - at);
        System.arraycopy(minDepths, at, minDepths, at + 1, count - at);
        count++;
        children[at] = child;
        widths[at] = width;
        minDepths[at] = minDepth;
        for (int i = at; i < count; i++) {
            adopt(i);
        }
    }

    /** Adds a child at the end; there must be room. */
    void append(Object child, int width, int minDepth) {
        children[count] = child;
        widths[count] = width;
        minDepths[count] = minDepth;
        adopt(count++);
    }

    /**
     * Inserts a child, splitting this node and its ancestors where they are full.
     *
     * @return the new root when the tree has grown, else null
     */
    @Nullable
    Branch insertOrSplit(int at, Object child, int width, int minDepth) {
        if (count < MAX_CHILDREN) {
            insert(at, child, width, minDepth);
            return null;
        }
        // After everything: leave this node full, as it is when text is appended.
        boolean append = at == count;
        int cut = append ? count : count / 2;
        Branch right = new Branch();
        moveTail(cut, right);
        if (append || at > cut) {
            right.insert(at - cut, child, width, minDepth);
        } else {
            insert(at, child, width, minDepth);
        }
        if (parent == null) {
            Branch top = new Branch();
            top.insert(0, this, width(), minDepth());
            top.insert(1, right, right.width(), right.minDepth());
            return top;
        }
        parent.widths[slot] = width();
        parent.minDepths[slot] = minDepth();
        return parent.insertOrSplit(slot + 1, right, right.width(), right.minDepth());
    }

    /** Removes a child. Nodes that are left without children go, too, and those with few are joined; sums above are right again. */
    void remove(int at) {
        count--;
        System.arraycopy(children, at + 1, children, at, count - at);
        System.arraycopy(widths, at + 1, widths, at, count - at);
        System.arraycopy(minDepths, at + 1, minDepths, at, count - at);
        children[count] = null;
        for (int i = at; i < count; i++) {
            adopt(i);
        }
        if (parent == null) {
            return;
        }
        if (count == 0) {
            parent.remove(slot);
            return;
        }
        sumUp();
        if (count <= FEW_CHILDREN && !(slot > 0 && parent.join(slot - 1)) && slot + 1 < parent.count) {
            parent.join(slot);
        }
    }

    /** Joins a child, which is a branch, with the one after it if both together are at most half full. */
    private boolean join(int at) {
        Branch left = (Branch) children[at];
        Branch right = (Branch) children[at + 1];
        if (left.count + right.count > MAX_CHILDREN / 2) {
            return false;
        }
        for (int i = 0; i < right.count; i++) {
            left.append(right.children[i], right.widths[i], right.minDepths[i]);
        }
        widths[at] += widths[at + 1];
        minDepths[at] = Math.min(minDepths[at], minDepths[at + 1]);
        remove(at + 1);
        return true;
    }

    /** Brings the sums of this node to those above it. */
    void sumUp() {
        for (Branch branch = this; branch.parent != null; branch = branch.parent) {
            branch.parent.widths[branch.slot] = branch.width();
            branch.parent.minDepths[branch.slot] = branch.minDepth();
        }
    }

    void moveTail(int from, Branch target) {
        int moved = count - from;
        System.arraycopy(children, from, target.children, 0, moved);
        System.arraycopy(widths, from, target.widths, 0, moved);
        System.arraycopy(minDepths, from, target.minDepths, 0, moved);
        Arrays.fill(children, from, count, null);
        count = from;
        target.count = moved;
        for (int i = 0; i < moved; i++) {
            target.adopt(i);
        }
    }

    int width() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += widths[i];
        }
        return sum;
    }

    int minDepth() {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            least = Math.min(least, minDepths[i]);
        }
        return least;
    }

    private void adopt(int at) {
        if (children[at] instanceof Leaf leaf) {
            leaf.parent = this;
            leaf.slot = at;
        } else {
            Branch branch = (Branch) children[at];
            branch.parent = this;
            branch.slot = at;
        }
    }
}
