package dev.concord.client;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to show to the user.
 *
 * @param connection how it stands with the server
 * @param reason why the session stopped, that signing in does not work, or what is known after five attempts to connect that failed in a row:
 *     sentences for people; empty otherwise
 * @param unsent characters inserted or deleted here that the server has not acknowledged
 * @param refused operations that the server will not take; they are tried again at the next connection
 * @param orphaned operations of another history of the room, which are kept and not merged, see {@link ConcordSession#orphaned}
 * @param replaced whether the room has another history than this text, or was deleted, so that the text may be nowhere else, see
 *     {@link ConcordSession#putBack}
 * @param right what the server lets this client do: {@code read}, {@code write} or {@code admin}, or what a later server names; null until it
 *     has said so, and with servers that let everybody write
 */
public record Status(
        ConnectionState connection,
        String reason,
        long unsent,
        int refused,
        int orphaned,
        boolean replaced,
        @Nullable String right) {
    private static final Set<String> READING = Set.of("none", "read", "comment");

    /**
     * Whether the right is not to write: then edits throw a {@link ReadOnlyException}, and what is unsent waits until the client may write
     * again. A right that is not known here counts as one to write, which the server decides about with each edit.
     *
     * @return true when the text can only be read
     */
    public boolean readOnly() {
        return right != null && READING.contains(right);
    }

    /**
     * Whether all that was typed here is on the server's disk, as far as is known: live, and nothing unsent, refused or orphaned.
     *
     * @return true only then
     */
    public boolean saved() {
        return connection == ConnectionState.LIVE && unsent == 0 && refused == 0 && orphaned == 0;
    }
}
