package dev.concord.bench;

/** Text without any metadata: the least that an editor does for an edit, and the measure that the engine is held against. */
final class GapBuffer {
    private char[] text = new char[1024];
    private int gapStart;
    private int gapEnd = text.length;

    void insert(int at, String inserted) {
        int size = inserted.length();
        if (size > gapEnd - gapStart) {
            int chars = text.length - (gapEnd - gapStart);
            char[] wider = new char[Math.max(chars + size, 2 * chars)];
            int tail = text.length - gapEnd;
            System.arraycopy(text, 0, wider, 0, gapStart);
            System.arraycopy(text, gapEnd, wider, wider.length - tail, tail);
            gapEnd = wider.length - tail;
            text = wider;
        }
        moveGap(at);
        inserted.getChars(0, size, text, gapStart);
        gapStart += size;
    }

    void delete(int at, int size) {
        moveGap(at);
        gapEnd += size;
    }

    private void moveGap(int at) {
        if (at < gapStart) {
            int size = gapStart - at;
            System.arraycopy(text, at, text, gapEnd - size, size);
            gapStart -= size;
            gapEnd -= size;
        } else if (at > gapStart) {
            int size = at - gapStart;
            System.arraycopy(text, gapEnd, text, gapStart, size);
            gapStart += size;
            gapEnd += size;
        }
    }

    @Override
    public String toString() {
        return new String(text, 0, gapStart) + new String(text, gapEnd, text.length - gapEnd);
    }
}
