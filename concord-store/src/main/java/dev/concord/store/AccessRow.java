package dev.concord.store;

/**
 * One decision about who may do what.
 *
 * @param kind what about
 * @param roomId the room; empty for what concerns the whole server
 * @param subject a user, or the id of a link or a token
 * @param value what was decided; empty for a decision that was taken back
 * @param expiresAt unix ms from when on the decision need not be known; 0 for never
 * @param changedBy for people
 * @param changedAt unix ms
 * @param revision rises with every change in this store
 */
public record AccessRow(
        Kind kind,
        String roomId,
        String subject,
        String value,
        long expiresAt,
        String changedBy,
        long changedAt,
        long revision) {
    /** What a decision is about. */
    public enum Kind {
        /** The right of a user to a room. */
        RIGHT,
        /** A link to a room. */
        LINK,
        /** A token that does not count any more. */
        TOKEN,
        /** A user whose earlier tokens do not count any more. */
        USER
    }
}
