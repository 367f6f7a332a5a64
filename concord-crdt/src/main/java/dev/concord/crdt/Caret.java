package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * A position that is tied to an element and stays beside it through all edits, even when the element is deleted. With {@link Bias#LEFT} the
 * caret is directly after its element, with {@link Bias#RIGHT} directly before it. With {@link ElementId#HEAD} it is at an edge of the
 * document: {@code LEFT} at its start, {@code RIGHT} at its end. Immutable; made by {@link Document#caretAt}, and turned into an offset by
 * {@link Document#offsetOf(Caret)}, on any replica.
 *
 * <pre>{@code
 * Document document = new Document("ann");
 * document.insert(0, "ab");
 * Caret stays = document.caretAt(1, Bias.LEFT);
 * Caret moves = document.caretAt(1, Bias.RIGHT);
 * document.insert(1, "---");
 * assert document.offsetOf(stays) == 1;
 * assert document.offsetOf(moves) == 4;
 * }</pre>
 *
 * @param element the element to which the caret belongs, or the head
 * @param bias on which side of the caret that element is
 */
public record Caret(ElementId element, Bias bias) {
    /** Refuses nulls. */
    public Caret {
        requireNonNull(element, "element");
        requireNonNull(bias, "bias");
    }
}
