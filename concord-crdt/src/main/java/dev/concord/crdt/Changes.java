package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;

/** Collects text changes in the order in which they happen and joins those that touch. */
class Changes {
    /** Takes the changes of local edits, which their caller knows. */
    static final Changes NONE = new Changes() {
        @Override
        void insert(int at, String text, int from, int to) {}

        @Override
        void remove(int at, int size) {}
    };

    private final List<TextChange> done = new ArrayList<>(1);
    private int offset;
    private int removed;
    private final StringBuilder inserted = new StringBuilder();

    void insert(int at, String text, int from, int to) {
        boolean goesOn = inserted.length() > 0 && at == offset + inserted.length();
        if (!goesOn) {
            finishChange();
            offset = at;
        }
        inserted.append(text, from, to);
    }

    void remove(int at, int size) {
        boolean open = removed > 0 && inserted.length() == 0;
        if (open && at == offset) {
            removed += size;
        } else if (open && at + size == offset) {
            offset = at;
            removed += size;
        } else {
            finishChange();
            offset = at;
            removed = size;
        }
    }

    List<TextChange> list() {
        finishChange();
        return done;
    }

    private void finishChange() {
        if (removed > 0 || inserted.length() > 0) {
            done.add(new TextChange(offset, removed, inserted.toString()));
        }
        removed = 0;
        inserted.setLength(0);
    }
}
