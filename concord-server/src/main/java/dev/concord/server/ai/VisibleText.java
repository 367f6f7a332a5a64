package dev.concord.server.ai;

import java.util.Set;

/** Whether a text has anything to see in it, and so anything that a model could be asked about. */
public final class VisibleText {
    /** Fillers and blanks that Unicode counts among letters and symbols. */
    private static final Set<Integer> BLANKS = Set.of(0x115f, 0x1160, 0x2800, 0x3164, 0xffa0, 0xfffc);

    private VisibleText() {}

    /**
     * Looks for one visible character. Linear in what stands before it.
     *
     * @param text any text
     * @return whether it has a letter, digit, punctuation mark or symbol that leaves a mark by itself
     */
    public static boolean isIn(String text) {
        return text.codePoints().anyMatch(VisibleText::isVisible);
    }

    private static boolean isVisible(int codePoint) {
        if (BLANKS.contains(codePoint)) {
            return false;
        }
        return switch (Character.getType(codePoint)) {
            case Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK -> false;
            default -> true;
        };
    }
}
