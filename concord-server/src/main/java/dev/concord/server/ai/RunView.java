package dev.concord.server.ai;

import java.util.List;

/**
 * A run as those see it who decide.
 *
 * @param id names it
 * @param state pending, applying, applied, declined or stale; expired for one that waited too long
 * @param author who asked
 * @param instruction what for
 * @param summary the model's words
 * @param edits what would be done
 * @param stale whether what it replaces has been changed by now
 * @param finished whether the model ended by itself
 * @param createdAt unix ms
 * @param expiresAt unix ms
 */
public record RunView(
        String id,
        String state,
        String author,
        String instruction,
        String summary,
        List<Edit> edits,
        boolean stale,
        boolean finished,
        long createdAt,
        long expiresAt) {
    /**
     * One edit.
     *
     * @param index the offset in the text that the model saw
     * @param at the offset in the text as it is now; -1 when it is not known
     * @param removed what goes
     * @param text what comes
     * @param before some of what stands in front of it
     * @param after some of the text after it
     */
    public record Edit(int index, int at, String removed, String text, String before, String after) {}
}
