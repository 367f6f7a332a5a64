package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;

/** Offsets of the visible text and the elements that stand there. */
final class Positions {
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;

    Positions(Core core) {
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
    }

    /** The element that shows the text at an offset, which one does. */
    ElementId idAt(int offset) {
        tree.seek(offset);
        return sites.id(tree.run(), tree.elements(tree.unitsIntoRun));
    }

    /** The element that shows the text that ends at an offset, the head at the start. */
    ElementId idBefore(int offset) {
        if (offset == 0) {
            return ElementId.HEAD;
        }
        tree.seek(offset - 1);
        return sites.id(tree.run(), tree.elements(tree.unitsIntoRun + 1) - 1);
    }

    /** Where an element starts, or where the next one would with {@code more} of 1; -1 when it is not here. */
    int offsetOf(ElementId id, int more) {
        int run = sites.runOf(id);
        if (run <= Runs.HEAD) {
            return run;
        }
        tree.moveTo(run);
        int at = (int) (id.counter() - runs.counter[run]);
        return tree.offset() + tree.units(tree.unitsBefore(), run, at + more);
    }

    void checkRange(int offset, int length) {
        if (length < 0 || length > tree.width() - offset) {
            throw new InvalidOperationException(
                    "length",
                    length + " from offset " + offset + " is outside the text, whose length is " + tree.width());
        }
        checkOffset(offset);
        checkOffset(offset + length);
    }

    void checkOffset(int offset) {
        if (offset < 0 || offset > tree.width()) {
            throw new InvalidOperationException(
                    "offset", offset + " is outside the text, whose length is " + tree.width());
        }
        if (tree.hasPairs() && offset > 0 && offset < tree.width()) {
            tree.seek(offset);
            if (tree.isInsidePair()) {
                throw new InvalidOperationException("offset", offset + " lies inside a surrogate pair");
            }
        }
    }

    /** All elements in document order. */
    List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        String text = tree.text(0, tree.width());
        int at = 0;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            for (int i = 0; i < leaf.count; i++) {
                int run = leaf.runs[i];
                if (runs.site[run] == Runs.NO_SITE) {
                    continue;
                }
                boolean dead = runs.isDead(run);
                for (int k = 0; k < runs.length[run]; k++) {
                    if (dead) {
                        elements.add(new Element(sites.id(run, k), null, true));
                    } else {
                        int size = Character.charCount(text.codePointAt(at));
                        elements.add(new Element(sites.id(run, k), text.substring(at, at + size), false));
                        at += size;
                    }
                }
            }
        }
        return elements;
    }
}
