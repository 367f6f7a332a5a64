package dev.concord.wire;

import dev.concord.crdt.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The rule for what the text of a room may contain, in one place for clients and servers: LF is the only line end, U+FEFF is not at the start,
 * surrogates come in pairs, and the only control characters (Unicode category Cc) are tab and LF. An editor that cannot hold a character
 * would replace it, and thereby change the text for everybody.
 *
 * <p>The rule looks at each operation alone, so that all servers decide alike; every part of an operation that keeps the rule keeps it, too.
 * Text that was stored before the rule existed is still loaded and sent. Stateless and thread-safe; each method costs O(length of the text).
 */
public final class RoomText {
    private static final char MARK = '\uFEFF';

    private RoomText() {}

    /**
     * Describes what is wrong with a whole text.
     *
     * @param text any text
     * @return a description for people, with the index in UTF-16 units; null when the text keeps the rule
     */
    public static @Nullable String fault(String text) {
        return beginsWithMark(text) ? "begins with a byte order mark, U+FEFF" : faultWithin(text);
    }

    /**
     * Describes what is wrong with the text that an operation inserts, without looking at a document. U+FEFF may not be the first character
     * after the head. Whether an insert goes before the first visible element, where it may not begin with U+FEFF either, only the owner of the
     * document can check, see {@link #beginsWithMark}.
     *
     * @param operation any operation; a delete is always valid
     * @return a description for people, with the index in UTF-16 units; null when the text keeps the rule
     */
    public static @Nullable String fault(Operation operation) {
        if (!(operation instanceof Operation.Insert insert)) {
            return null;
        }
        return insert.anchor().element().isHead() ? fault(insert.value()) : faultWithin(insert.value());
    }

    /**
     * Whether a text begins with U+FEFF, which nothing may that is inserted where the text of a room begins.
     *
     * @param text any
     * @return whether it does
     */
    public static boolean beginsWithMark(String text) {
        return !text.isEmpty() && text.charAt(0) == MARK;
    }

    private static @Nullable String faultWithin(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isOrdinary(c) || isPair(text, i) || (i > 0 && isPair(text, i - 1))) {
                continue;
            }
            return Character.isSurrogate(c)
                    ? "has half a surrogate pair at index " + i
                    : "has the control character U+%04X at index %d; a text has tabs and line feeds only"
                            .formatted((int) c, i);
        }
        return null;
    }

    /**
     * Makes a text keep the rule, as clients do with typed and pasted text: CRLF and CR become LF, half of a surrogate pair becomes U+FFFD, and
     * U+FEFF at the start and other control characters are left out.
     *
     * @param text any text
     * @return the corrected text; the same instance when it kept the rule
     */
    public static String clean(String text) {
        if (fault(text) == null) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == MARK && clean.isEmpty()) {
                continue;
            }
            if (isOrdinary(c)) {
                clean.append(c);
            } else if (isPair(text, i)) {
                clean.append(c).append(text.charAt(i + 1));
                i++;
            } else if (Character.isSurrogate(c)) {
                clean.append('\uFFFD');
            } else if (c == '\r') {
                clean.append('\n');
                i += i + 1 < text.length() && text.charAt(i + 1) == '\n' ? 1 : 0;
            }
        }
        return clean.toString();
    }

    /** Neither a surrogate nor a control character that a text may not hold. */
    private static boolean isOrdinary(char c) {
        return c == '\n' || c == '\t' || !(Character.isISOControl(c) || Character.isSurrogate(c));
    }

    private static boolean isPair(String text, int at) {
        return at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }
}
