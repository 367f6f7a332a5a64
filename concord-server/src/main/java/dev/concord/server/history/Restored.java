package dev.concord.server.history;

import dev.concord.crdt.Difference.Range;
import java.util.List;

/**
 * What bringing back a version took: enough for a client to take it back again as one step.
 *
 * @param inserted text that was typed again, under new ids
 * @param removed text that was deleted
 */
public record Restored(List<Range> inserted, List<Range> removed) {
    /** Copies the lists. */
    public Restored {
        inserted = List.copyOf(inserted);
        removed = List.copyOf(removed);
    }
}
