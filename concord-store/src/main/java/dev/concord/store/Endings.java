package dev.concord.store;

import java.util.List;
import java.util.Set;

/**
 * The epochs that have ended: of rooms that were deleted, and of histories that were replaced. They hold no text. Methods block, are thread-safe,
 * and throw what those of {@link RoomStore} throw.
 */
public interface Endings {
    /**
     * An epoch that is over.
     *
     * @param roomId the room's id
     * @param epoch the history that nobody may go on with
     * @param endedAt unix ms, as of the store that ended it first
     */
    record Ending(String roomId, String epoch, long endedAt) {}

    /** The epochs of a room that have ended; empty for one that was never deleted. */
    Set<String> of(String roomId);

    /**
     * All endings, by room and epoch in the order of their characters, page by page.
     *
     * @param afterRoom the room of the last one of the page before; empty for the first page
     * @param afterEpoch its epoch
     * @param max how many, at least 1
     */
    List<Ending> list(String afterRoom, String afterEpoch, int max);
}
