package dev.concord.yjs;

import java.util.List;

/**
 * What an update did. Immutable, so far as nobody writes to the array.
 *
 * @param news the part that was new, as an update of version 1: what to log and to hand on. No bytes when nothing was; the very array that was
 *     applied when all of it was and it has that format
 * @param cleaned formats that were deleted because the update made them useless, as an update of version 1 to be sent to the peers like an edit;
 *     no bytes most often, and always with {@link YOptions#SERVER}
 * @param changes the shared types that are different now; empty when all that was new has to wait, see {@link YDocument#pendingCount}
 * @param scanned steps along lists that it took to place what was new; many where very many inserted at one spot
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Applied(byte[] news, byte[] cleaned, List<TypeChange> changes, long scanned) {
    /**
     * Whether the document has now what it had not before.
     *
     * @return false for a duplicate, even for one that takes in what has been waiting until now
     */
    public boolean isNew() {
        return news.length > 0;
    }
}
