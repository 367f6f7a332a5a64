package dev.concord.server.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The part of a text that fits a question best. */
final class Snippet {
    /** UTF-16 units. */
    static final int LENGTH = 160;
    /** Before the first word that fits, so that it is not read without what it belongs to. */
    private static final int BEFORE = 40;
    /** Words that are looked for, and places of each: what a page is too long for is not worth the time. */
    private static final int MAX_WORDS = 20;

    private static final int MAX_PLACES = 1_000;

    private Snippet() {}

    /**
     * Cuts a part out of a text: where most different words of the question stand together, or else its beginning.
     *
     * @param text any text
     * @param question whose words are looked for, in upper or lower case
     * @return at most {@link #LENGTH} units, in one line, between ellipses where something was left out
     */
    static String of(String text, String question) {
        String lower = text.toLowerCase(Locale.ROOT);
        // A letter may have another length in lower case: offsets would not fit.
        List<Integer> places = lower.length() == text.length() ? places(lower, question) : List.of();
        int best = 0;
        int most = 0;
        for (int i = 0; i < places.size(); i++) {
            int count = 1;
            while (i + count < places.size() && places.get(i + count) < places.get(i) + LENGTH - BEFORE) {
                count++;
            }
            if (count > most) {
                most = count;
                best = places.get(i);
            }
        }
        return cut(text, most == 0 ? 0 : Math.max(0, best - BEFORE));
    }

    /** Where words of the question begin, ascending. */
    private static List<Integer> places(String lower, String question) {
        List<Integer> places = new ArrayList<>();
        String[] words = question.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1);
        int looked = 0;
        for (String word : words) {
            if (word.codePointCount(0, word.length()) < 2 || looked++ == MAX_WORDS) {
                continue;
            }
            int found = 0;
            for (int at = lower.indexOf(word); at >= 0 && found < MAX_PLACES; at = lower.indexOf(word, at + 1)) {
                if (at == 0 || !Character.isLetterOrDigit(lower.charAt(at - 1))) {
                    places.add(at);
                    found++;
                }
            }
        }
        places.sort(null);
        return places;
    }

    private static String cut(String text, int from) {
        int start = from;
        // At a word, if there is one soon.
        while (start > 0 && start < from + BEFORE / 2 && !Character.isWhitespace(text.charAt(start - 1))) {
            start++;
        }
        if (start > 0 && start < text.length() && Character.isLowSurrogate(text.charAt(start))) {
            start++;
        }
        int end = Math.min(text.length(), start + LENGTH);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        String line = text.substring(Math.min(start, end), end)
                .replaceAll("\\s+", " ")
                .strip();
        return (start > 0 ? "\u2026" : "") + line + (end < text.length() ? "\u2026" : "");
    }
}
