package dev.concord.crdt;

/**
 * A position that sticks to an element: it stays beside it whatever is typed elsewhere, also when the element is deleted.
 * {@code AFTER} the head is the start of the document; {@code BEFORE} the head, by convention, its end.
 *
 * @param element the element
 * @param side the side of it on which the position stands
 */
public record Caret(ElementId element, Side side) {}
