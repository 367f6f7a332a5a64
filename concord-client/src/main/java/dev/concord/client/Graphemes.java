package dev.concord.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Grapheme clusters, which a reader takes for one character: an emoji family, a flag, a letter with its marks. A caret should not be inside
 * one. Only the 128 UTF-16 units before and after the offset are looked at, so longer clusters may be cut. Offsets are UTF-16 units. Stateless
 * and thread-safe.
 */
public final class Graphemes {
    private static final Pattern CLUSTER = Pattern.compile("\\X");
    /** Below the first combining mark every character stands for itself, and so do the ideographs. */
    private static final char FIRST_MARK = '\u0300';

    private static final char FIRST_IDEOGRAPH = '\u3400';
    private static final char AFTER_IDEOGRAPHS = '\ua000';
    /** Nobody writes longer ones; where somebody does, it may be cut. */
    private static final int LONGEST = 128;

    private Graphemes() {}

    /**
     * Whether a caret may stand at an offset.
     *
     * @param text the text
     * @param offset 0 to its length
     * @return false inside of a cluster
     */
    public static boolean isBoundary(String text, int offset) {
        return isPlain(text, offset) || start(text, offset) == offset;
    }

    /**
     * The nearest boundary that is not after an offset.
     *
     * @param text the text
     * @param offset 0 to its length
     * @return the offset, or a smaller one
     */
    public static int start(String text, int offset) {
        if (isPlain(text, offset)) {
            return offset;
        }
        int at = plainBefore(text, offset);
        Matcher clusters = clusters(text, at, offset);
        while (clusters.lookingAt() && clusters.end() <= offset) {
            at = clusters.end();
            if (at == offset) {
                break;
            }
            clusters.region(at, clusters.regionEnd());
        }
        return at;
    }

    /**
     * The nearest boundary that is not in front of an offset.
     *
     * @param text the text
     * @param offset 0 to its length
     * @return the offset, or a larger one
     */
    public static int end(String text, int offset) {
        int start = start(text, offset);
        if (start == offset) {
            return offset;
        }
        Matcher clusters = clusters(text, start, offset);
        return clusters.lookingAt() ? clusters.end() : offset;
    }

    private static Matcher clusters(String text, int from, int offset) {
        return CLUSTER.matcher(text).region(from, Math.min(text.length(), offset + LONGEST));
    }

    private static boolean isPlain(String text, int offset) {
        return offset <= 0
                || offset >= text.length()
                || (isPlain(text.charAt(offset - 1)) && isPlain(text.charAt(offset)));
    }

    private static boolean isPlain(char c) {
        return c < FIRST_MARK || (c >= FIRST_IDEOGRAPH && c < AFTER_IDEOGRAPHS);
    }

    private static int plainBefore(String text, int offset) {
        int limit = Math.max(0, offset - LONGEST);
        int at = offset;
        while (at > limit && !isPlain(text, at)) {
            at--;
        }
        boolean cut = at > 0 && Character.isLowSurrogate(text.charAt(at)) && !isPlain(text, at);
        return cut ? at - 1 : at;
    }
}
