package dev.concord.server.history;

import dev.concord.store.Versions;

/**
 * A captured state of a room, without the state itself.
 *
 * @param id rises with every version of any room
 * @param opSeq the last op of the log that it contains
 * @param label for people
 * @param author who captured it; empty for an automatic one
 * @param automatic whether the server captured it at its own time, and may forget it
 * @param createdAt unix ms
 */
public record Version(long id, long opSeq, String label, String author, boolean automatic, long createdAt) {
    static Version of(Versions.Version stored) {
        return new Version(
                stored.id(), stored.opSeq(), stored.label(), stored.author(), stored.automatic(), stored.createdAt());
    }
}
