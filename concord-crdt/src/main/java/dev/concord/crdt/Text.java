package dev.concord.crdt;

/** Counting in UTF-16: one element is one code point, one offset is one char. */
final class Text {
    private Text() {}

    /** The number of code points, or {@code -index - 1} of the first lone surrogate. */
    static int codePoints(CharSequence text) {
        int points = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return -i - 1;
                }
                i++;
            }
            points++;
        }
        return points;
    }

    /** The code points from one to before another, counted from 0. */
    static String part(String text, int from, int to) {
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }
}
