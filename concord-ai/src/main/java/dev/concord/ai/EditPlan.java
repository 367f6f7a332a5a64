package dev.concord.ai;

import java.util.List;

/**
 * What a model proposes. Nothing of it has been applied.
 *
 * @param edits in ascending order, none overlaps another; those at one place in the order in which they were asked for
 * @param summary the model's words about it, possibly empty
 * @param rounds how many turns the model took
 * @param finished whether the model ended by itself; false when it was stopped at the cap
 * @param usage what all turns cost
 */
public record EditPlan(List<PlannedEdit> edits, String summary, int rounds, boolean finished, Usage usage) {
    /** Keeps its own list. */
    public EditPlan {
        edits = List.copyOf(edits);
    }
}
