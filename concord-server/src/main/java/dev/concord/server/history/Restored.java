package dev.concord.server.history;

import dev.concord.crdt.Difference.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What bringing back a version took: enough for a client to take it back again as one step.
 *
 * @param inserted text that was typed again, under new ids
 * @param removed text that was deleted
 * @param kept the version of what was there before; null when nothing was changed
 */
public record Restored(
        List<Range> inserted, List<Range> removed, @Nullable Long kept) {
    /** Copies the lists. */
    public Restored {
        inserted = List.copyOf(inserted);
        removed = List.copyOf(removed);
    }
}
