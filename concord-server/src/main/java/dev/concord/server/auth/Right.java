package dev.concord.server.auth;

import java.util.Locale;

/** What somebody may do with a room; each includes those before it. */
public enum Right {
    /** Nothing: the room is treated as if it were not there. */
    NONE,
    /** See the text, who is here, the history and proposals. */
    READ,
    /** Reserved; for now the same as {@link #READ}. */
    COMMENT,
    /** Edit, capture and restore versions, ask models. */
    WRITE,
    /** Decide who may do what, delete. */
    ADMIN;

    private final String word = name().toLowerCase(Locale.ROOT);

    /**
     * Whether this right is enough.
     *
     * @param needed what is needed
     * @return true when it is included in this one
     */
    public boolean includes(Right needed) {
        return compareTo(needed) >= 0;
    }

    /**
     * The right as it stands in tokens and answers.
     *
     * @return lower case
     */
    public String word() {
        return word;
    }

    /**
     * Reads a right.
     *
     * @param word as {@link #word} gives it
     * @return the right; {@link #NONE} for a word that is not one
     */
    public static Right of(String word) {
        for (Right right : values()) {
            if (right.word.equals(word)) {
                return right;
            }
        }
        return NONE;
    }
}
