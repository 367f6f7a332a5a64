package dev.concord.yjs.protocol;

import java.util.List;

/**
 * What became of the clients of a document in one step. Immutable. A client is in at most one of {@code added}, {@code renewed} and
 * {@code removed}.
 *
 * @param added clients that are present now and were not before
 * @param renewed clients that were present and have set their state again
 * @param changed those of {@code renewed} whose state is another text than before
 * @param removed clients that were present and are gone
 * @param update the states after the step of all of these clients, to be sent to everybody. To the sender as well: a client that is
 *     alone lives on its own echo, because it connects again when it receives nothing for 30 seconds
 */
public record AwarenessChange(
        List<Long> added, List<Long> renewed, List<Long> changed, List<Long> removed, AwarenessUpdate update) {
    /** Copies the lists. */
    public AwarenessChange {
        added = List.copyOf(added);
        renewed = List.copyOf(renewed);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
    }

    /**
     * Whether there is nothing to send.
     *
     * @return true when nothing changed and nobody renewed
     */
    public boolean isEmpty() {
        return update.entries().isEmpty();
    }
}
