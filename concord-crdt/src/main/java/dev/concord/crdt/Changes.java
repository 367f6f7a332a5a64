package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects text changes in the order in which they happen and joins those that touch. Most often there is one. */
final class Changes implements ChangeSink {
    private @Nullable List<TextChange> done;
    private int offset;
    private int removed;
    private String inserted = "";
    /** In place of {@link #inserted} as soon as a second piece joins. */
    private @Nullable StringBuilder joined;

    @Override
    public void insert(int at, String text, int from, int to) {
        int size = joined == null ? inserted.length() : joined.length();
        if (size > 0 && at == offset + size) {
            if (joined == null) {
                joined = new StringBuilder(inserted);
            }
            joined.append(text, from, to);
            return;
        }
        finishChange();
        offset = at;
        inserted = from == 0 && to == text.length() ? text : text.substring(from, to);
    }

    @Override
    public void remove(int at, int size) {
        boolean open = removed > 0;
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

    /** What was collected, which is then forgotten here. */
    List<TextChange> take() {
        List<TextChange> all = done;
        TextChange last = open();
        forgetOpen();
        if (all == null) {
            return last == null ? List.of() : List.of(last);
        }
        done = null;
        if (last != null) {
            all.add(last);
        }
        return all;
    }

    private void finishChange() {
        TextChange change = open();
        if (change != null) {
            if (done == null) {
                done = new ArrayList<>();
            }
            done.add(change);
        }
        forgetOpen();
    }

    private void forgetOpen() {
        removed = 0;
        inserted = "";
        joined = null;
    }

    private @Nullable TextChange open() {
        if (removed > 0) {
            return new TextChange(offset, removed, "");
        }
        String text = joined == null ? inserted : joined.toString();
        return text.isEmpty() ? null : new TextChange(offset, 0, text);
    }
}
