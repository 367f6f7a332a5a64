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
        if (!isOpen() || !join(at, text, from, to)) {
            finishChange();
            offset = at;
            inserted = from == 0 && to == text.length() ? text : text.substring(from, to);
        }
    }

    /** Adds to the text that was inserted last, if this follows it. */
    private boolean join(int at, String text, int from, int to) {
        int size = joined == null ? inserted.length() : joined.length();
        if (size == 0 || at != offset + size) {
            return false;
        }
        if (joined == null) {
            joined = new StringBuilder(inserted);
        }
        joined.append(text, from, to);
        return true;
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
        TextChange last = closeOpen();
        if (all == null) {
            return last == null ? List.of() : List.of(last);
        }
        done = null;
        if (last != null) {
            all.add(last);
        }
        return all;
    }

    /** What was collected, as the answer to an operation; it is then forgotten here. */
    Applied take(Outcome outcome) {
        if (done != null) {
            return new Applied(outcome, take());
        }
        TextChange only = closeOpen();
        return only == null ? Applied.unchanged(outcome) : Applied.of(outcome, only);
    }

    private void finishChange() {
        TextChange change = closeOpen();
        if (change != null) {
            if (done == null) {
                done = new ArrayList<>();
            }
            done.add(change);
        }
    }

    private boolean isOpen() {
        return removed > 0 || !inserted.isEmpty();
    }

    /** The change that is still growing, which is then forgotten here; null when there is none. */
    private @Nullable TextChange closeOpen() {
        if (removed > 0) {
            int size = removed;
            removed = 0;
            return new TextChange(offset, size, "");
        }
        if (inserted.isEmpty()) {
            return null;
        }
        String text = joined == null ? inserted : joined.toString();
        inserted = "";
        joined = null;
        return new TextChange(offset, 0, text);
    }
}
