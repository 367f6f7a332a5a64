package dev.concord.desktop;

import dev.concord.client.ConcordSession;
import dev.concord.client.Graphemes;
import dev.concord.client.Offsets;
import dev.concord.client.Origin;
import dev.concord.client.SessionListener;
import dev.concord.client.TextDiff;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.Side;
import dev.concord.crdt.TextChange;
import java.awt.EventQueue;
import java.awt.Point;
import java.awt.Rectangle;
import java.awt.event.InputMethodEvent;
import java.awt.event.InputMethodListener;
import java.awt.geom.Rectangle2D;
import java.util.List;
import javax.swing.JTextArea;
import javax.swing.JViewport;
import javax.swing.event.CaretEvent;
import javax.swing.event.CaretListener;
import javax.swing.text.AbstractDocument;
import javax.swing.text.AttributeSet;
import javax.swing.text.BadLocationException;
import javax.swing.text.DefaultCaret;
import javax.swing.text.DocumentFilter;
import javax.swing.text.NavigationFilter;
import javax.swing.text.Position;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a text area and a session's text equal. What is typed goes to the session edit by edit; remote edits are written in place, so that
 * caret, selection and scroll stay at their letters. While an input method composes, remote edits wait. A caret never stands inside of an emoji.
 */
final class TextBinding {
    private static final int WINDOW = 256;

    private final JTextArea area;
    private final ConcordSession session;
    private final AbstractDocument document;
    private final StillCaret caret = new StillCaret();
    private final SessionListener listener = new SessionListener() {
        @Override
        public void textChanged(List<TextChange> changes, Origin origin) {
            if (!typing) {
                follow(changes, origin);
            }
        }
    };
    private final CaretListener teller = this::tellSelection;
    private final Composing composing = new Composing();
    /** What is typed here is on its way to the session. */
    private boolean typing;
    /** What the session said is on its way to the area. */
    private boolean following;
    /** The area has text of an input method that is not an edit yet. */
    private boolean composes;

    TextBinding(JTextArea area, ConcordSession session) {
        this.area = area;
        this.session = session;
        this.document = (AbstractDocument) area.getDocument();
        caret.setBlinkRate(area.getCaret().getBlinkRate());
        area.setCaret(caret);
        area.setText(session.text());
        area.setCaretPosition(0);
        document.setDocumentFilter(new Typing());
        area.setNavigationFilter(new BetweenLetters());
        area.addCaretListener(teller);
        area.addInputMethodListener(composing);
        session.addListener(listener);
    }

    /** Lets go of both. */
    void release() {
        session.removeListener(listener);
        area.removeInputMethodListener(composing);
        area.removeCaretListener(teller);
        area.setNavigationFilter(null);
        document.setDocumentFilter(null);
        if (composes) {
            session.release();
        }
    }

    private void tellSelection(CaretEvent event) {
        // While either side changes, offsets belong to another text.
        if (!typing && !following && !composes) {
            session.select(event.getDot(), event.getMark());
        }
    }

    private void follow(List<TextChange> changes, Origin origin) {
        int dot = Offsets.map(caret.getDot(), changes, Side.BEFORE);
        int mark = Offsets.map(caret.getMark(), changes, Side.BEFORE);
        Scroll scroll = Scroll.of(area);
        following = true;
        caret.still = true;
        try {
            for (TextChange change : changes) {
                document.replace(change.offset(), change.removed(), change.inserted(), null);
            }
            if (origin == Origin.UNDO) {
                TextChange last = changes.get(changes.size() - 1);
                dot = last.offset() + last.inserted().length();
                mark = dot;
            }
            caret.setDot(mark);
            caret.moveDot(dot);
        } catch (BadLocationException e) {
            throw new IllegalStateException("the area and the session have different texts", e);
        } finally {
            following = false;
            caret.still = false;
        }
        if (origin == Origin.UNDO) {
            session.select(dot, mark);
            reveal(dot);
        } else {
            scroll.restore(area, changes);
        }
    }

    private void reveal(int offset) {
        try {
            Rectangle2D at = area.modelToView2D(offset);
            if (at != null) {
                area.scrollRectToVisible(at.getBounds());
            }
        } catch (BadLocationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A caret that can be set without scrolling to it. */
    private static final class StillCaret extends DefaultCaret {
        private static final long serialVersionUID = 1L;

        private boolean still;

        @Override
        protected void adjustVisibility(Rectangle at) {
            if (!still) {
                super.adjustVisibility(at);
            }
        }
    }

    /** Which letter stands at the top of the view, and how high. */
    private record Scroll(int offset, int below) {
        static Scroll of(JTextArea area) {
            Point top = area.getVisibleRect().getLocation();
            int offset = area.viewToModel2D(top);
            return new Scroll(offset, height(area, offset) - top.y);
        }

        void restore(JTextArea area, List<TextChange> changes) {
            if (area.getParent() instanceof JViewport viewport && viewport.getViewPosition().y > 0) {
                int moved = Offsets.map(offset, changes, Side.AFTER);
                int y = Math.max(0, height(area, moved) - below);
                viewport.setViewPosition(new Point(viewport.getViewPosition().x, y));
            }
        }

        private static int height(JTextArea area, int offset) {
            try {
                Rectangle2D at = area.modelToView2D(offset);
                return at == null ? 0 : (int) at.getY();
            } catch (BadLocationException e) {
                return 0;
            }
        }
    }

    /** Sees each edit before the area has it, so that what the session refuses never shows. */
    private final class Typing extends DocumentFilter {
        @Override
        public void insertString(
                DocumentFilter.FilterBypass area, int offset, String text, @Nullable AttributeSet attributes)
                throws BadLocationException {
            replace(area, offset, 0, text, attributes);
        }

        @Override
        public void remove(DocumentFilter.FilterBypass area, int offset, int length) throws BadLocationException {
            if (following || composes) {
                area.remove(offset, length);
            } else {
                int from = boundary(offset, true);
                replace(area, from, boundary(offset + length, false) - from, "", null);
            }
        }

        @Override
        public void replace(
                DocumentFilter.FilterBypass area,
                int offset,
                int length,
                @Nullable String text,
                @Nullable AttributeSet attributes)
                throws BadLocationException {
            String typed = text == null ? "" : text;
            if (following || composes) {
                area.replace(offset, length, typed, attributes);
                return;
            }
            typing = true;
            try {
                int before = session.length();
                session.edit(offset, length, typed);
                // As the session has taken it: line ends are LF.
                int taken = session.length() - before + length;
                area.replace(offset, length, session.text(offset, offset + taken), attributes);
            } catch (InvalidOperationException e) {
                TextBinding.this.area.getToolkit().beep();
            } finally {
                typing = false;
            }
            EventQueue.invokeLater(() -> {
                if (!composes) {
                    session.select(caret.getDot(), caret.getMark());
                }
            });
        }
    }

    private int boundary(int offset, boolean backwards) throws BadLocationException {
        int from = Math.max(0, offset - WINDOW);
        String around = document.getText(from, Math.min(document.getLength(), offset + WINDOW) - from);
        int at = offset - from;
        return from + (backwards ? Graphemes.start(around, at) : Graphemes.end(around, at));
    }

    /** Moves the caret on to the next place between two letters, in the direction in which it goes. */
    private final class BetweenLetters extends NavigationFilter {
        @Override
        public void setDot(NavigationFilter.FilterBypass caret, int dot, Position.Bias bias) {
            caret.setDot(snapped(dot), bias);
        }

        @Override
        public void moveDot(NavigationFilter.FilterBypass caret, int dot, Position.Bias bias) {
            caret.moveDot(snapped(dot), bias);
        }

        private int snapped(int dot) {
            try {
                return following || composes
                        ? dot
                        : boundary(dot, dot < area.getCaret().getDot());
            } catch (BadLocationException e) {
                return dot;
            }
        }
    }

    /** What an input method has composed becomes an edit when it is done, before anything remote is let in. */
    private final class Composing implements InputMethodListener {
        @Override
        public void inputMethodTextChanged(InputMethodEvent event) {
            int length = event.getText() == null
                    ? 0
                    : event.getText().getEndIndex() - event.getText().getBeginIndex();
            boolean goesOn = length > event.getCommittedCharacterCount();
            if (goesOn && !composes) {
                composes = true;
                session.hold();
            } else if (!goesOn && composes) {
                // The area takes the text after its listeners were notified.
                EventQueue.invokeLater(this::done);
            }
        }

        @Override
        public void caretPositionChanged(InputMethodEvent event) {}

        private void done() {
            if (!composes) {
                return;
            }
            composes = false;
            TextChange edit = TextDiff.between(session.text(), area.getText(), caret.getDot());
            typing = true;
            try {
                if (edit != null) {
                    session.edit(edit.offset(), edit.removed(), edit.inserted());
                }
            } finally {
                typing = false;
            }
            session.release();
            session.select(caret.getDot(), caret.getMark());
        }
    }
}
