package dev.concord.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps who may do what. Every change has a revision, and whoever reads those after a revision misses none that was committed: they are given in
 * the order of the commits. Methods block, are thread-safe, and throw what those of {@link RoomStore} throw. A room that is deleted takes its
 * rows back.
 */
public interface AccessRows {
    /**
     * Stores a decision in the place of an earlier one about the same, and forgets those that were taken back a day before. Repeating is harmless.
     *
     * @param row its revision does not matter
     * @return the row with its revision
     */
    AccessRow put(AccessRow row);

    /**
     * What was decided after a revision.
     *
     * @param revision 0 for everything
     * @return in the order of the revisions
     */
    List<AccessRow> after(long revision);

    /**
     * A key that the servers on this store share.
     *
     * @param name of the key
     * @param proposed becomes the key when there is none yet
     * @return the key that counts
     */
    byte[] key(String name, byte[] proposed);

    /** The key of that name; null when there is none. */
    byte @Nullable [] key(String name);
}
