package dev.concord.desktop;

import dev.concord.client.ConcordSession;
import dev.concord.client.Peer;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.swing.JTextArea;
import javax.swing.Timer;
import javax.swing.text.BadLocationException;
import org.jspecify.annotations.Nullable;

/** A text area that also shows the carets and selections of the others, with a name for a few seconds after each move. */
final class SharedTextArea extends JTextArea {
    private static final long serialVersionUID = 1L;
    private static final long NAME_MILLIS = 3_000;
    private static final int SELECTION_ALPHA = 56;

    private record Move(@Nullable Object place, long millis) {}

    private transient @Nullable ConcordSession session;
    private final transient Map<String, Move> moves = new HashMap<>();
    private final Timer fading = new Timer((int) NAME_MILLIS, event -> repaint());

    SharedTextArea() {
        setLineWrap(true);
        setWrapStyleWord(true);
        fading.setRepeats(false);
    }

    void show(ConcordSession of) {
        session = of;
        moves.clear();
    }

    /** Somebody came, left or moved. */
    void peersChanged(List<Peer> peers) {
        for (Peer peer : peers) {
            Object place = peer.caret() == null ? (Object) peer.cursor() : peer.caret();
            Move last = moves.get(peer.client());
            if (last == null || !place.equals(last.place())) {
                moves.put(peer.client(), new Move(place, millis()));
                fading.restart();
            }
        }
        moves.keySet()
                .removeIf(
                        client -> peers.stream().noneMatch(peer -> peer.client().equals(client)));
        repaint();
    }

    @Override
    protected void paintComponent(Graphics graphics) {
        super.paintComponent(graphics);
        ConcordSession of = session;
        if (of == null || of.length() != getDocument().getLength()) {
            // An input method composes: offsets belong to another text for now.
            return;
        }
        Graphics2D over = (Graphics2D) graphics.create();
        over.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        over.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        try {
            for (Peer peer : of.peers()) {
                if (peer.caret() != null || peer.cursor() > 0) {
                    paint(over, peer, of.caretOf(peer), of.anchorOf(peer));
                }
            }
        } catch (BadLocationException e) {
            throw new IllegalStateException("the area and the session have different texts", e);
        } finally {
            over.dispose();
        }
    }

    private void paint(Graphics2D over, Peer peer, int caret, int anchor) throws BadLocationException {
        Rectangle2D at = modelToView2D(caret);
        if (at == null) {
            return;
        }
        Color color = People.color(peer.color());
        over.setColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), SELECTION_ALPHA));
        paintSelection(over, Math.min(caret, anchor), Math.max(caret, anchor));
        over.setColor(color);
        over.fill(new Rectangle2D.Double(at.getX() - 1, at.getY(), 2, at.getHeight()));
        Move move = moves.get(peer.client());
        if (move != null && millis() - move.millis() < NAME_MILLIS) {
            paintName(over, peer.user(), at);
        }
    }

    private void paintSelection(Graphics2D over, int from, int to) throws BadLocationException {
        int at = from;
        while (at < to) {
            Rectangle2D start = modelToView2D(at);
            int end = endOfRow(at, to);
            Rectangle2D stop = modelToView2D(end);
            boolean wraps = end < to || stop.getY() > start.getY();
            double right = wraps ? getWidth() - (double) getInsets().right : stop.getX();
            over.fill(new Rectangle2D.Double(start.getX(), start.getY(), right - start.getX(), start.getHeight()));
            at = wraps ? Math.max(end, at + 1) : to;
        }
    }

    /** The last offset of the row, as it is wrapped, that is not after {@code to}: rows are below each other, so it can be halved. */
    private int endOfRow(int from, int to) throws BadLocationException {
        double row = modelToView2D(from).getY();
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (modelToView2D(middle).getY() > row) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low == from && from < to ? from + 1 : low;
    }

    private void paintName(Graphics2D over, String name, Rectangle2D caret) {
        Font font = getFont().deriveFont(Font.BOLD, Math.max(9f, getFont().getSize2D() * 0.75f));
        over.setFont(font);
        FontMetrics metrics = over.getFontMetrics();
        int width = metrics.stringWidth(name) + 8;
        int height = metrics.getHeight();
        int x = (int) Math.max(0, Math.min(caret.getX() - 1, getWidth() - width));
        int above = (int) caret.getY() - height;
        int y = above < getVisibleRect().y ? (int) (caret.getY() + caret.getHeight()) : above;
        over.fillRoundRect(x, y, width, height, 6, 6);
        over.setColor(Color.WHITE);
        over.drawString(name, x + 4, y + metrics.getAscent());
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
