package dev.concord.client;

import dev.concord.crdt.TextChange;
import dev.concord.wire.RoomText;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects a session with an editor that reports only its whole text, and that may show remote edits late: while it is drawing, or while an
 * input method composes. The user's edit is computed by comparing with what the editor {@link #shown shows}, and transformed against the remote
 * edits that the editor does not show yet, so that it never undoes them.
 *
 * <pre>{@code
 * bridge.edited(field.getText(), field.getCaretPosition());          // whenever the editor has changed
 * bridge.pull().forEach(change -> field.replace(change));            // whenever it can follow
 * }</pre>
 *
 * <p>Confined to the session's loop, as the session is. {@link #edited} compares whole texts, and {@link #pull} copies one when anything has
 * changed: O(length) each.
 */
public final class TextBridge implements AutoCloseable {
    private final ConcordSession session;
    private final SessionListener listener = new SessionListener() {
        @Override
        public void textChanged(List<TextChange> changes, Origin origin) {
            changes.forEach(alignment::sessionChanged);
        }
    };
    private final Alignment alignment;
    private String shown;

    /**
     * Joins them.
     *
     * @param session the session, whose text the editor shows from the beginning
     */
    public TextBridge(ConcordSession session) {
        this.session = session;
        this.shown = session.text();
        this.alignment = new Alignment(shown.length());
        session.addListener(listener);
    }

    /**
     * What the editor shows, as far as is known.
     *
     * @return the text
     */
    public String shown() {
        return shown;
    }

    /**
     * The editor shows another text, by its user's doing. While the session may only read ({@link Status#readOnly}), an editor should let nobody
     * type; what it shows all the same is taken back by the next {@link #pull}.
     *
     * @param text the whole text
     * @param caret where the caret stands in it, negative when that is not known
     */
    public void edited(String text, int caret) {
        TextChange edit = TextDiff.between(shown, text, caret);
        if (edit == null) {
            return;
        }
        shown = text;
        if (session.status().readOnly()) {
            alignment.shownIsOther(shown.length(), session.length());
            return;
        }
        String inserted = RoomText.clean(edit.inserted());
        boolean same = inserted.equals(edit.inserted());
        Alignment.Carried carried = alignment.shownChanged(
                edit.offset(), edit.removed(), edit.inserted().length(), inserted.length(), same);
        apply(carried, inserted);
    }

    /**
     * What the editor has to change to show the session's text. It counts as shown from now on.
     *
     * @return changes to be applied one after the other, possibly none
     */
    public List<TextChange> pull() {
        if (alignment.isEqual()) {
            return List.of();
        }
        List<TextChange> changes = alignment.follow(session::text);
        shown = session.text();
        return changes;
    }

    /** Stops following the session, which stays open. */
    @Override
    public void close() {
        session.removeListener(listener);
    }

    /** Deletes only what the editor has shown: what others have typed in the middle of it stays. */
    private void apply(Alignment.Carried edit, String inserted) {
        List<Alignment.Range> removed = edit.removed();
        if (removed.size() == 1 && removed.get(0).from() == edit.offset()) {
            session.edit(edit.offset(), removed.get(0).to() - edit.offset(), inserted, listener);
            return;
        }
        List<TextChange> edits = new ArrayList<>();
        for (int i = removed.size() - 1; i >= 0; i--) {
            Alignment.Range range = removed.get(i);
            edits.add(new TextChange(range.from(), range.to() - range.from(), ""));
        }
        edits.add(new TextChange(edit.offset(), 0, inserted));
        session.beginGroup();
        try {
            session.edit(edits, listener);
        } finally {
            session.endGroup();
        }
    }
}
