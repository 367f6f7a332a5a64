package dev.concord.crdt;

/**
 * A position that sticks to an element: it stays beside it whatever is typed elsewhere, also when the element is deleted.
 * {@code AFTER} the head is the start of the document; {@code BEFORE} the head, by convention, its end. Immutable; made
 * by {@link Document#caretAt}, found again by {@link Document#offsetOf(Caret)}, on any replica.
 *
 * <pre>{@code
 * Document document = new Document("ann");
 * document.insert(0, "ab");
 * Caret stays = document.caretAt(1, Side.BEFORE);
 * Caret moves = document.caretAt(1, Side.AFTER);
 * document.insert(1, "---");
 * assert document.offsetOf(stays) == 1;
 * assert document.offsetOf(moves) == 4;
 * }</pre>
 *
 * @param element the element
 * @param side the side of it on which the position stands
 */
public record Caret(ElementId element, Side side) {}
