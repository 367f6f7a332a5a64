package dev.concord.client;

import dev.concord.crdt.TextChange;
import java.util.ArrayList;
import java.util.List;

/**
 * How the text that an editor shows lies beside the session's: stretches that are in both, in the editor only (they were removed and it has
 * not followed), or in the session only (they came and it has not followed).
 */
final class Alignment {
    private enum Kind {
        BOTH,
        SHOWN,
        SESSION
    }

    private record Stretch(Kind kind, int length) {}

    /**
     * An edit of the shown text as one of the session's.
     *
     * @param offset where the inserted text goes
     * @param removed the ranges that go, from the front, all of them at or after {@code offset}
     */
    record Carried(int offset, List<Range> removed) {}

    record Range(int from, int to) {}

    interface Text {
        String between(int from, int to);
    }

    private List<Stretch> stretches = new ArrayList<>();

    Alignment(int length) {
        add(stretches, Kind.BOTH, length);
    }

    boolean isEqual() {
        return stretches.isEmpty() || (stretches.size() == 1 && stretches.get(0).kind() == Kind.BOTH);
    }

    /** The session's text has changed and the editor has not followed. */
    void sessionChanged(TextChange change) {
        List<Stretch> next = new ArrayList<>();
        int at = 0;
        int end = change.offset() + change.removed();
        boolean inserted = false;
        for (Stretch stretch : stretches) {
            if (stretch.kind() == Kind.SHOWN) {
                add(next, Kind.SHOWN, stretch.length());
                continue;
            }
            int to = at + stretch.length();
            add(next, stretch.kind(), Math.min(to, change.offset()) - at);
            if (!inserted && to > change.offset()) {
                add(next, Kind.SESSION, change.inserted().length());
                inserted = true;
            }
            if (stretch.kind() == Kind.BOTH) {
                add(next, Kind.SHOWN, Math.min(to, end) - Math.max(at, change.offset()));
            }
            add(next, stretch.kind(), to - Math.max(at, end));
            at = to;
        }
        if (!inserted) {
            add(next, Kind.SESSION, change.inserted().length());
        }
        stretches = next;
    }

    /**
     * The shown text has changed.
     *
     * @param offset where
     * @param removed how much of it went
     * @param shown the length of what it shows there instead
     * @param typed the length of what the session gets for that, {@code shown} when they are the same text
     * @param same whether they are
     */
    Carried shownChanged(int offset, int removed, int shown, int typed, boolean same) {
        List<Stretch> next = new ArrayList<>();
        List<Range> gone = new ArrayList<>();
        int at = 0;
        int sessionAt = 0;
        int end = offset + removed;
        int place = -1;
        for (Stretch stretch : stretches) {
            if (place < 0 && at == offset) {
                place = sessionAt;
                addTyped(next, shown, typed, same);
            }
            if (stretch.kind() == Kind.SESSION) {
                add(next, Kind.SESSION, stretch.length());
                sessionAt += stretch.length();
                continue;
            }
            int to = at + stretch.length();
            boolean both = stretch.kind() == Kind.BOTH;
            add(next, stretch.kind(), Math.min(to, offset) - at);
            if (place < 0 && to > offset) {
                place = sessionAt + (both ? offset - at : 0);
                addTyped(next, shown, typed, same);
            }
            int from = Math.max(at, offset);
            int until = Math.min(to, end);
            if (both && from < until) {
                gone.add(new Range(sessionAt + from - at, sessionAt + until - at));
            }
            add(next, stretch.kind(), to - Math.max(at, end));
            at = to;
            sessionAt += both ? stretch.length() : 0;
        }
        if (place < 0) {
            place = sessionAt;
            addTyped(next, shown, typed, same);
        }
        stretches = next;
        return new Carried(place, gone);
    }

    /** The editor shows something of its own instead of the session's text. */
    void shownIsOther(int shown, int session) {
        stretches = new ArrayList<>();
        add(stretches, Kind.SHOWN, shown);
        add(stretches, Kind.SESSION, session);
    }

    /** What the editor has to change to show the session's text; it counts as shown from now on. */
    List<TextChange> follow(Text session) {
        List<TextChange> changes = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < stretches.size(); i++) {
            Stretch stretch = stretches.get(i);
            if (stretch.kind() != Kind.BOTH) {
                // One of the editor's and one of the session's beside it are one replacement.
                Stretch next = i + 1 < stretches.size() ? stretches.get(i + 1) : stretch;
                boolean joined = next.kind() != Kind.BOTH && next.kind() != stretch.kind();
                int removed = length(stretch, Kind.SHOWN) + (joined ? length(next, Kind.SHOWN) : 0);
                int inserted = length(stretch, Kind.SESSION) + (joined ? length(next, Kind.SESSION) : 0);
                changes.add(new TextChange(at, removed, session.between(at, at + inserted)));
                at += inserted;
                i += joined ? 1 : 0;
            } else {
                at += stretch.length();
            }
        }
        stretches = new ArrayList<>();
        add(stretches, Kind.BOTH, at);
        return changes;
    }

    private static int length(Stretch stretch, Kind kind) {
        return stretch.kind() == kind ? stretch.length() : 0;
    }

    private static void addTyped(List<Stretch> to, int shown, int typed, boolean same) {
        if (same) {
            add(to, Kind.BOTH, shown);
        } else {
            add(to, Kind.SHOWN, shown);
            add(to, Kind.SESSION, typed);
        }
    }

    private static void add(List<Stretch> to, Kind kind, int length) {
        if (length <= 0) {
            return;
        }
        Stretch last = to.isEmpty() ? null : to.get(to.size() - 1);
        if (last != null && last.kind() == kind) {
            to.set(to.size() - 1, new Stretch(kind, last.length() + length));
        } else {
            to.add(new Stretch(kind, length));
        }
    }
}
