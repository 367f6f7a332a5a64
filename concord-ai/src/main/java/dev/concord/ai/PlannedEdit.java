package dev.concord.ai;

/**
 * An edit that a model proposes, of the text that it saw.
 *
 * @param start first UTF-16 offset that is replaced
 * @param end the offset after the last; equal to {@code start} when the edit only inserts
 * @param text what comes there, LF only, no lone surrogates; empty when the edit only deletes
 */
public record PlannedEdit(int start, int end, String text) {
    /**
     * Checks what every edit keeps.
     *
     * @throws IllegalArgumentException when the range is none, or nothing would be done
     */
    public PlannedEdit {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("no range: " + start + " to " + end);
        }
        if (start == end && text.isEmpty()) {
            throw new IllegalArgumentException("an edit that does nothing");
        }
    }

    /**
     * Whether nothing is replaced.
     *
     * @return true for {@code insert_at}
     */
    public boolean isInsert() {
        return start == end;
    }
}
