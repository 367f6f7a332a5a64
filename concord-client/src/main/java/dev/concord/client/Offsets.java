package dev.concord.client;

import dev.concord.crdt.Side;
import dev.concord.crdt.TextChange;
import java.util.List;

/** Carrying offsets of an editor, of its caret say, over changes of the text. */
public final class Offsets {
    private Offsets() {}

    /**
     * Where an offset is after some changes. One inside of removed text ends where that text was.
     *
     * @param offset in the text before the changes
     * @param changes applied one after the other
     * @param stick {@link Side#BEFORE} to stay in front of text that is inserted right there, {@link Side#AFTER} to be pushed on
     * @return the offset in the text after them
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
