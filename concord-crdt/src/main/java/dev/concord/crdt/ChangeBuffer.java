package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the changes of one operation until it is applied in whole, so that a sink that throws leaves nothing half done. What makes one change
 * only does not come through here.
 */
final class ChangeBuffer implements ChangeSink {
    /** Text that came, or with no text what went. */
    private record Change(int offset, int length, String text, int from) {}

    private final List<Change> changes = new ArrayList<>();

    /** Where to put the changes that are meant for a sink: into itself when it is one of this package, which cannot throw. */
    ChangeSink inFrontOf(ChangeSink sink) {
        changes.clear();
        return sink == ChangeSink.NONE || sink instanceof Changes ? sink : this;
    }

    @Override
    public void insert(int offset, String text, int from, int to) {
        changes.add(new Change(offset, to - from, text, from));
    }

    @Override
    public void remove(int offset, int length) {
        changes.add(new Change(offset, length, "", 0));
    }

    /** Hands on what was put here for a sink. */
    void deliver(ChangeSink sink) {
        for (Change change : changes) {
            if (change.text.isEmpty()) {
                sink.remove(change.offset, change.length);
            } else {
                sink.insert(change.offset, change.text, change.from, change.from + change.length);
            }
        }
    }
}
