package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * The parent of an insert in the tree, and the side on which it becomes a child. Immutable.
 *
 * @param element the parent, possibly {@link ElementId#HEAD}
 * @param side the side; the head has children only {@link Side#AFTER} it
 */
public record Anchor(ElementId element, Side side) {
    /**
     * Refuses a left child of the head.
     *
     * @throws InvalidOperationException for {@code before} the head
     */
    public Anchor {
        requireNonNull(side, "side");
        if (requireNonNull(element, "element").isHead() && side == Side.BEFORE) {
            throw new InvalidOperationException("before", "nothing stands before the head; use after");
        }
    }

    /**
     * The right side of an element.
     *
     * @param element the parent
     * @return the anchor
     */
    public static Anchor after(ElementId element) {
        return new Anchor(element, Side.AFTER);
    }

    /**
     * The left side of an element.
     *
     * @param element the parent, not the head
     * @return the anchor
     */
    public static Anchor before(ElementId element) {
        return new Anchor(element, Side.BEFORE);
    }
}
