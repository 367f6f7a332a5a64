package dev.concord.store;

/**
 * Edits that a model proposed for a room, and their outcome.
 *
 * @param id names the run, unique in the store
 * @param roomId the room
 * @param epoch of the room when the edits were planned
 * @param author who asked
 * @param instruction what was asked for
 * @param summary the model's words
 * @param edits the proposal, in a form that is the caller's
 * @param state its outcome so far
 * @param createdAt unix ms
 * @param expiresAt unix ms, from which on it cannot be applied
 */
public record AiRun(
        String id,
        String roomId,
        String epoch,
        String author,
        String instruction,
        String summary,
        String edits,
        State state,
        long createdAt,
        long expiresAt) {
    /** The stages of a run. Only {@link #PENDING} and {@link #APPLYING} lead anywhere. */
    public enum State {
        /** Waits for a decision. */
        PENDING,
        /** Somebody confirmed it and is at work, or was when the process ended. */
        APPLYING,
        /** Its edits are in the room's log. */
        APPLIED,
        /** Somebody declined it; nothing was changed. */
        DECLINED,
        /** What it replaces had been changed when somebody confirmed it; nothing was applied. */
        STALE
    }
}
