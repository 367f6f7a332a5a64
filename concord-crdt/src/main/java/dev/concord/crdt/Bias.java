package dev.concord.crdt;

/** To which of its two neighbours a {@link Caret} belongs. Immutable. */
public enum Bias {
    /**
     * To the character on its left: the caret stays directly after it. Text inserted exactly at the caret lands to its right, and the
     * caret does not move.
     */
    LEFT,
    /**
     * To the character on its right: the caret stays directly before it. Text inserted exactly at the caret lands to its left, and the
     * caret moves on by the length of that text.
     */
    RIGHT
}
