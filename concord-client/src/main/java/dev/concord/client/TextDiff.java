package dev.concord.client;

import dev.concord.crdt.TextChange;
import org.jspecify.annotations.Nullable;

/** Computes the edit between two versions of a text. Stateless and thread-safe. */
public final class TextDiff {
    private TextDiff() {}

    /**
     * The smallest replacement that turns one text into another. Where several places are possible, as with a letter that is typed next to
     * the same letter, it ends at the caret. It never cuts a surrogate pair, and it replaces whole grapheme clusters; a pure insertion or
     * deletion is taken as it is.
     *
     * @param before the text that was
     * @param after the text that is
     * @param caret where the caret stands in {@code after}, negative when that is not known
     * @return the replacement, null when the texts are equal; O(length)
     */
    public static @Nullable TextChange between(String before, String after, int caret) {
        if (before.equals(after)) {
            return null;
        }
        int shortest = Math.min(before.length(), after.length());
        // What stands after the caret was there before, if this was typing; then all of it is the common end.
        int tail = after.length() - caret;
        boolean typed = caret >= 0
                && tail >= 0
                && tail <= before.length()
                && before.regionMatches(before.length() - tail, after, caret, tail);
        int reserved = typed ? tail : commonSuffix(before, after, shortest);
        int prefix = commonPrefix(before, after, shortest - Math.min(shortest, reserved));
        prefix -= isInsidePair(before, prefix) || isInsidePair(after, prefix) ? 1 : 0;
        int suffix = commonSuffix(before, after, shortest - prefix);
        suffix -=
                isInsidePair(before, before.length() - suffix) || isInsidePair(after, after.length() - suffix) ? 1 : 0;
        int removed = before.length() - prefix - suffix;
        int inserted = after.length() - prefix - suffix;
        if (removed == 0) {
            prefix = alignedToClusters(after, prefix, inserted);
            return new TextChange(prefix, 0, after.substring(prefix, prefix + inserted));
        }
        if (inserted == 0) {
            return new TextChange(alignedToClusters(before, prefix, removed), removed, "");
        }
        return wholeClusters(before, after, prefix, suffix);
    }

    /**
     * Slides a stretch that came or went, as far as the text stays the same, to where it begins and ends between clusters: one flag
     * before another must not be taken for the second half of it and the first half of the next.
     */
    private static int alignedToClusters(String text, int from, int length) {
        if (isAligned(text, from, length)) {
            return from;
        }
        for (int at = from; at > 0 && text.charAt(at - 1) == text.charAt(at + length - 1); at--) {
            if (isAligned(text, at - 1, length)) {
                return at - 1;
            }
        }
        for (int at = from; at + length < text.length() && text.charAt(at) == text.charAt(at + length); at++) {
            if (isAligned(text, at + 1, length)) {
                return at + 1;
            }
        }
        return from;
    }

    private static boolean isAligned(String text, int from, int length) {
        return Graphemes.isBoundary(text, from) && Graphemes.isBoundary(text, from + length);
    }

    private static TextChange wholeClusters(String before, String after, int prefix, int suffix) {
        int start = prefix;
        while (!(Graphemes.isBoundary(before, start) && Graphemes.isBoundary(after, start))) {
            start = Math.min(Graphemes.start(before, start), Graphemes.start(after, start));
        }
        int trailing = suffix;
        while (!(Graphemes.isBoundary(before, before.length() - trailing)
                && Graphemes.isBoundary(after, after.length() - trailing))) {
            trailing = Math.min(
                    before.length() - Graphemes.end(before, before.length() - trailing),
                    after.length() - Graphemes.end(after, after.length() - trailing));
        }
        return new TextChange(
                start, before.length() - trailing - start, after.substring(start, after.length() - trailing));
    }

    private static int commonPrefix(String a, String b, int limit) {
        int length = 0;
        while (length < limit && a.charAt(length) == b.charAt(length)) {
            length++;
        }
        return length;
    }

    private static int commonSuffix(String a, String b, int limit) {
        int length = 0;
        while (length < limit && a.charAt(a.length() - length - 1) == b.charAt(b.length() - length - 1)) {
            length++;
        }
        return length;
    }

    static boolean isInsidePair(CharSequence text, int offset) {
        return offset > 0
                && offset < text.length()
                && Character.isSurrogatePair(text.charAt(offset - 1), text.charAt(offset));
    }
}
