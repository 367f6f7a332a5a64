package dev.concord.server.history;

import dev.concord.crdt.TextChange;
import java.util.List;

/**
 * How one state became another, op by op.
 *
 * @param fromSeq the place in the log at which {@code text} was the text
 * @param text the text before the first step
 * @param steps what followed, in the order of the log
 * @param toSeq the place at which the whole replay ends; the last step's unless there is more
 */
public record Replayed(long fromSeq, String text, List<Step> steps, long toSeq) {
    /** Copies the list. */
    public Replayed {
        steps = List.copyOf(steps);
    }

    /**
     * One op of the log.
     *
     * @param seq its place
     * @param site who inserted, or whose text was deleted: a delete does not say who made it
     * @param changes what it did to the text, one after the other; empty when it waits for another or did nothing
     */
    public record Step(long seq, String site, List<TextChange> changes) {}
}
