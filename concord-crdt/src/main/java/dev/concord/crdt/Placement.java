package dev.concord.crdt;

import java.util.HashMap;
import java.util.Map;

/**
 * The one place that decides the order of concurrent inserts.
 *
 * <p>The rule is Fugue's (Weidner and Kleppmann, arXiv 2305.00583): document order is the in-order walk of the tree of anchors,
 * and children on one side of one element stand in ascending (counter, site) order. What follows makes each insert O(log n),
 * however many siblings and however deep the tree.
 *
 * <p><b>Depth.</b> The head has depth 0, an element its anchor's depth plus one. Depths never change.
 *
 * <p><b>Markers.</b> Where a subtree starts after an elder sibling's, on the same side of the same element, a marker of the
 * younger sibling's depth stands in the sequence, before the whole subtree. So the item after the last element of the subtree
 * of A, and the one before its first, are at most as deep as A, while everything inside is deeper than A, and the end and the start
 * of any subtree are found by a search for the next item that is shallow enough. Only concurrency, and clients that know no
 * {@code before}, make siblings; text typed by one hand has no markers.
 *
 * <p>It follows that A has a right child exactly when the item after it is deeper than A, and a left child exactly when the
 * element before it is.
 */
final class Placement {
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    /** The children on one side of one element, only where there are two or more. */
    private final Map<Anchor, Family> siblings = new HashMap<>();

    int chosenRun;
    int chosenAt;
    Side chosenSide = Side.AFTER;

    Placement(Runs runs, SiteTable sites, RunTree tree) {
        this.runs = runs;
        this.sites = sites;
        this.tree = tree;
    }

    /**
     * Inserts new elements, all visible or all dead, the first at its anchor and each further one after the one before it. Leaves the
     * tree's place on the run that holds them.
     *
     * @param text the characters between {@code from} and {@code to}; none for dead elements
     * @param anchorRun the run that holds the anchor
     * @param anchorAt the anchor's place in that run
     * @return the text offset at which they stand
     */
    int place(
            int site,
            long counter,
            int length,
            String text,
            int from,
            int to,
            boolean dead,
            int anchorRun,
            int anchorAt,
            Side side) {
        int depth = runs.depth[anchorRun] + anchorAt + 1;
        tree.moveTo(anchorRun);
        if (side == Side.AFTER && !hasRightChild(anchorRun, anchorAt)) {
            boolean extendsAnchor = runs.site[anchorRun] == site
                    && runs.counter[anchorRun] + runs.length[anchorRun] == counter
                    && runs.isDead(anchorRun) == dead
                    && (dead || tree.hasRoom(to - from));
            if (extendsAnchor) {
                return tree.extend(text, from, to, length);
            }
            tree.stepAfter();
            return tree.insert(newRun(site, counter, length, to - from, depth, side, dead), text, from, to);
        }
        int run = newRun(site, counter, length, to - from, depth, side, dead);
        if (side == Side.BEFORE && !hasLeftChild(anchorRun, anchorAt)) {
            tree.moveBefore(anchorRun, anchorAt);
            return tree.insert(run, text, from, to);
        }
        return placeAmongSiblings(run, text, from, to, anchorRun, anchorAt, side);
    }

    /**
     * Whether visible text that hangs after an element, with the next counter of its site, simply goes on at the end of the run at the
     * tree's place, as typed text mostly does.
     */
    boolean goesOn(int run, int at, int site, long counter, String text) {
        return runs.site[run] == site
                && at + 1 == runs.length[run]
                && runs.counter[run] + at + 1 == counter
                && runs.width[run] > 0
                && tree.hasRoom(text.length())
                && !hasRightChild(run, at);
    }

    private int newRun(int site, long counter, int length, int width, int depth, Side side, boolean dead) {
        int run = runs.add(site, counter, length, width, depth, side, dead);
        runs.elements += length;
        if (counter >= sites.end(site)) {
            sites.index(site).append(run);
        } else {
            sites.index(site).add(run);
        }
        return run;
    }

    private int placeAmongSiblings(int run, String text, int from, int to, int anchorRun, int anchorAt, Side side) {
        int depth = runs.depth[run];
        Family family = siblings.computeIfAbsent(
                new Anchor(sites.id(anchorRun, anchorAt), side), a -> familyOfOne(anchorRun, anchorAt, side));
        family.add(runs.site[run], runs.counter[run], run);
        boolean eldest = family.isFirst();
        int younger = eldest ? -1 : family.next();
        if (eldest) {
            if (side == Side.AFTER) {
                tree.moveBefore(anchorRun, anchorAt + 1);
            } else {
                tree.moveTo(anchorRun);
                tree.previousAtMost(depth - 1);
                tree.stepAfter();
            }
            tree.insert(runs.addMarker(depth), "", 0, 0);
            return tree.insert(run, text, from, to);
        }
        if (younger >= 0) {
            tree.moveTo(younger);
            tree.previousAtMost(depth);
        } else if (side == Side.BEFORE) {
            tree.moveTo(anchorRun);
        } else {
            tree.moveTo(anchorRun);
            if (!tree.nextAtMost(depth - 1)) {
                tree.moveToEnd();
            }
        }
        tree.insert(runs.addMarker(depth), "", 0, 0);
        tree.stepAfter();
        return tree.insert(run, text, from, to);
    }

    /** The only child so far on a side of an element. */
    private Family familyOfOne(int anchorRun, int anchorAt, Side side) {
        Family family = new Family(runs, sites);
        if (side == Side.AFTER && anchorAt + 1 < runs.length[anchorRun]) {
            family.add(runs.site[anchorRun], runs.counter[anchorRun] + anchorAt + 1, anchorRun);
            return family;
        }
        int depth = runs.depth[anchorRun] + anchorAt + 1;
        tree.moveTo(anchorRun);
        if (side == Side.BEFORE) {
            tree.previousAtMost(depth);
        } else if (!tree.nextAtMost(depth)) {
            throw new IllegalStateException("a child was seen and is gone");
        }
        family.add(runs.site[tree.run()], runs.counter[tree.run()], tree.run());
        return family;
    }

    /** Whether an element has a right child; the tree's place is on its run. */
    private boolean hasRightChild(int run, int at) {
        if (at + 1 < runs.length[run]) {
            return true;
        }
        int next = tree.peekNext();
        return next >= 0 && runs.depth[next] > runs.depth[run] + at;
    }

    /** Whether an element has a left child; the tree's place is on its run. */
    private boolean hasLeftChild(int run, int at) {
        if (at > 0) {
            return false;
        }
        int previous = tree.peekPrevious();
        return runs.depth[previous] + Math.max(runs.length[previous], 1) - 1 > runs.depth[run];
    }

    /**
     * Chooses the anchor for text typed between an element and whatever stands after it, tombstones included: {@code after} the
     * left neighbour when it has no right child yet, else {@code before} the right one. Sets {@link #chosenRun}, {@link #chosenAt} and
     * {@link #chosenSide}.
     */
    void choose(int leftRun, int leftAt) {
        tree.moveTo(leftRun);
        chosenRun = leftRun;
        chosenAt = leftAt;
        chosenSide = Side.AFTER;
        if (hasRightChild(leftRun, leftAt)) {
            chosenSide = Side.BEFORE;
            if (leftAt + 1 < runs.length[leftRun]) {
                chosenAt = leftAt + 1;
            } else {
                chosenRun = tree.peekNext();
                chosenAt = 0;
            }
        }
    }

    /**
     * Inserts visible elements where {@link #choose} chose. Nothing is looked up again: the anchor has no child on that side, so they
     * stand directly after the element that was given to it, at the tree's place.
     *
     * @param text no longer than {@link RunTree#MAX_RUN_CHARS}
     */
    void placeChosen(int site, long counter, int length, String text, int leftRun, int leftAt) {
        int size = text.length();
        int depth = runs.depth[chosenRun] + chosenAt + 1;
        tree.moveAfter(leftRun, leftAt);
        tree.insert(newRun(site, counter, length, size, depth, chosenSide, false), text, 0, size);
    }

    /** The anchor of an element, found again from depth and side. Moves the tree's place. */
    Anchor anchorOf(int run, int at) {
        if (at > 0) {
            return Anchor.after(sites.id(run, at - 1));
        }
        int depth = runs.depth[run] - 1;
        Side side = runs.side(run);
        tree.moveTo(run);
        if (side == Side.AFTER) {
            tree.previousAtMost(depth);
        } else if (!tree.nextAtMost(depth)) {
            throw new IllegalStateException("a left child stands after its parent");
        }
        int parent = tree.run();
        return new Anchor(sites.id(parent, depth - runs.depth[parent]), side);
    }

    /** The children of one side of one element that have siblings, for the checks of the tests. */
    Map<Anchor, Family> siblings() {
        return siblings;
    }
}
