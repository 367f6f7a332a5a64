package dev.concord.server.ai;

import dev.concord.crdt.ElementId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a run.
 *
 * @param state applied or declined
 * @param version the version that was captured before, null when none was
 * @param operations how many ordinary operations were made
 * @param inserted the elements that came, so that whoever accepted can take it back as one step
 * @param removed those that went
 */
public record Decision(
        String state, @Nullable Long version, int operations, List<Piece> inserted, List<Piece> removed) {
    /**
     * Elements of one site with consecutive counters.
     *
     * @param first the first of them
     * @param length how many
     * @param text what they say
     */
    public record Piece(ElementId first, int length, String text) {}

    /** Copies the lists. */
    public Decision {
        inserted = List.copyOf(inserted);
        removed = List.copyOf(removed);
    }

    /** A decision that has changed nothing. */
    static Decision declined() {
        return new Decision("declined", null, 0, List.of(), List.of());
    }
}
