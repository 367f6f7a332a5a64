package dev.concord.client;

import dev.concord.crdt.Side;
import dev.concord.crdt.TextChange;
import java.util.List;

/** Transforms offsets of an editor, such as that of its caret, by changes of the text. Stateless and thread-safe. */
public final class Offsets {
    private Offsets() {}

    /**
     * Where an offset is after some changes. An offset inside removed text moves to where that text was. O(number of changes).
     *
     * @param offset in UTF-16 units of the text before the changes
     * @param changes applied one after the other
     * @param stick {@link Side#BEFORE} to stay before text that is inserted exactly there, {@link Side#AFTER} to move to its end
     * @return the offset in UTF-16 units of the text after the changes
     */
    public static int map(int offset, List<TextChange> changes, Side stick) {
        int at = offset;
        for (TextChange change : changes) {
            at = map(at, change, stick);
        }
        return at;
    }

    static int map(int offset, TextChange change, Side stick) {
        int end = change.offset() + change.removed();
        if (offset < change.offset() || (offset == change.offset() && stick == Side.BEFORE)) {
            return offset;
        }
        if (offset < end) {
            return change.offset() + (stick == Side.AFTER ? change.inserted().length() : 0);
        }
        return offset - change.removed() + change.inserted().length();
    }
}
