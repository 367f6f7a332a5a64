package dev.concord.wire;

import dev.concord.crdt.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a room may hold, in one place for clients and servers: LF is the only line end, U+FEFF does not stand at its start,
 * surrogates come in pairs, and of the control characters (Unicode's category Cc) there are tab and LF only. What an editor cannot hold it
 * would turn into another text, and everybody's with it.
 *
 * <p>The rule asks about each operation alone, so that all servers decide alike, and it holds for any part of an operation that it holds for. A text that was stored before there was a rule is still loaded and sent. Stateless and thread-safe; O(length
 * of the text).
 */
public final class RoomText {
    private static final char MARK = '\uFEFF';

    private RoomText() {}

    /**
     * What is wrong with a whole text.
     *
     * @param text any
     * @return for people, with the index in UTF-16 units; null when nothing is
     */
    public static @Nullable String fault(String text) {
        return beginsWithMark(text) ? "begins with a byte order mark, U+FEFF" : faultWithin(text);
    }

    /**
     * What is wrong with what an operation inserts, whatever the document. U+FEFF may not be the first character after the head; that what goes
     * before the first element may not begin with it, either, is for who has the document: see {@link #beginsWithMark}.
     *
     * @param operation any; a delete brings no text
     * @return for people, with the index in UTF-16 units; null when nothing is
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
     * A text made to keep the rule, as a client does with what is typed or pasted and a server with a plain text: CRLF and CR become LF, half
     * of a surrogate pair becomes U+FFFD, U+FEFF at the start and other control characters are left out.
     *
     * @param text any
     * @return the same instance when it kept the rule already
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
