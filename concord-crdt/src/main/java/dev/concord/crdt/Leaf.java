package dev.concord.crdt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A leaf of the {@link RunTree}: up to {@link #MAX_RUNS} runs in document order, and their visible text in one gap buffer.
 * Text is bounded too, so that moving the gap costs a constant.
 */
final class Leaf {
    static final int MAX_RUNS = 48;
    /** UTF-16 units that a leaf takes before it splits; a leaf of a single run may hold that run whatever its width. */
    static final int MAX_CHARS = 1024;

    /** A leaf with at most so much text, in UTF-16 units, may be joined with one beside it when text has gone from it. */
    static final int SPARSE_CHARS = 128;

    private static final int FIRST_CHARS = 96;
    /** Room for what is typed into a leaf that was loaded; most leaves never need it. */
    private static final int LOADED_GAP = 32;
    /** A larger buffer is given back when three quarters of it are gap, so that deleted text does not keep its memory. */
    private static final int SHRINKABLE = 4 * FIRST_CHARS;

    @Nullable
    Branch parent;
    /** Place among the parent's children. */
    int slot;

    @Nullable
    Leaf previous;

    @Nullable
    Leaf next;

    int[] runs;
    int count;

    private char[] text;
    private int gapStart;
    private int gapEnd;

    Leaf() {
        this(new int[8], new char[FIRST_CHARS]);
    }

    private Leaf(int[] runs, char[] text) {
        this.runs = runs;
        this.text = text;
        this.gapEnd = text.length;
    }

    int chars() {
        return text.length - (gapEnd - gapStart);
    }

    void insertRun(int index, int run) {
        if (count == runs.length) {
            runs = Arrays.copyOf(runs, Math.min(MAX_RUNS, count * 2));
        }
        System.arraycopy(runs, index, runs, index + 1, count - index);
        runs[index] = run;
        count++;
    }

    /** Inserts two runs, one after the other; there must be room. */
    void insertRuns(int index, int first, int second) {
        if (count + 1 >= runs.length) {
            runs = Arrays.copyOf(runs, Math.min(MAX_RUNS, runs.length * 2));
        }
        System.arraycopy(runs, index, runs, index + 2, count - index);
        runs[index] = first;
        runs[index + 1] = second;
        count += 2;
    }

    /** Adds a run at the end; there must be room. */
    void appendRun(int run) {
        if (count == runs.length) {
            runs = Arrays.copyOf(runs, MAX_RUNS);
        }
        runs[count++] = run;
    }

    /** Sets the whole text of a leaf that has none. */
    void fillText(String source, int from, int to) {
        int size = to - from;
        text = new char[size + LOADED_GAP];
        source.getChars(from, to, text, 0);
        gapStart = size;
        gapEnd = text.length;
    }

    /** Removes the runs from one index up to another. */
    void closeUp(int from, int to) {
        if (from < to) {
            System.arraycopy(runs, to, runs, from, count - to);
            count -= to - from;
        }
    }

    int indexOf(int run) {
        for (int i = 0; i < count; i++) {
            if (runs[i] == run) {
                return i;
            }
        }
        throw new IllegalStateException("run " + run + " is not in the leaf that it names");
    }

    void insertText(int at, String source, int from, int to) {
        int size = to - from;
        if (size > gapEnd - gapStart) {
            widen(size);
        }
        moveGap(at);
        if (size == 1) {
            text[gapStart++] = source.charAt(from);
        } else {
            source.getChars(from, to, text, gapStart);
            gapStart += size;
        }
    }

    /** How many units can be added where text was last inserted or removed without moving or widening anything. */
    int gap() {
        return gapEnd - gapStart;
    }

    /** Adds a unit where text was last inserted; there must be a {@link #gap}. */
    void append(char c) {
        text[gapStart++] = c;
    }

    void removeText(int at, int size) {
        if (at + size == gapStart) {
            gapStart = at;
        } else {
            moveGap(at);
            gapEnd += size;
        }
        if (text.length > SHRINKABLE && chars() < text.length / 4) {
            resize(Math.max(FIRST_CHARS, 2 * chars()));
        }
    }

    char charAt(int at) {
        return at < gapStart ? text[at] : text[at + (gapEnd - gapStart)];
    }

    /** Copies the units between two places into an array. */
    void copyText(int from, int to, char[] target, int at) {
        int done = 0;
        if (from < gapStart) {
            done = Math.min(to, gapStart) - from;
            System.arraycopy(text, from, target, at, done);
        }
        if (to > gapStart) {
            int start = from + done;
            System.arraycopy(text, start + (gapEnd - gapStart), target, at + done, to - start);
        }
    }

    /** A new leaf with the runs from {@code index} on and the text from {@code at} on, which this one gives up. */
    Leaf splitOff(int index, int at) {
        int size = chars() - at;
        Leaf target = new Leaf(new int[MAX_RUNS], new char[Math.max(FIRST_CHARS, size + (size >> 2))]);
        target.count = count - index;
        System.arraycopy(runs, index, target.runs, 0, target.count);
        count = index;
        moveGap(at);
        System.arraycopy(text, gapEnd, target.text, 0, size);
        target.gapStart = size;
        gapEnd = text.length;
        return target;
    }

    /**
     * Whether the leaf after this one can be joined with it for good. Both together are at most half full, so that it takes many edits
     * until they are split again; a leaf without text costs nothing to join.
     */
    boolean canTakeIn(Leaf after) {
        int mine = chars();
        int others = after.chars();
        return count + after.count <= MAX_RUNS / 2 && (mine == 0 || others == 0 || mine + others <= MAX_CHARS / 2);
    }

    /** Takes all runs and all text of the leaf after this one, and its place in the list of leaves. */
    void takeIn(Leaf after) {
        if (count + after.count > runs.length) {
            runs = Arrays.copyOf(runs, MAX_RUNS);
        }
        System.arraycopy(after.runs, 0, runs, count, after.count);
        count += after.count;
        int size = after.chars();
        if (chars() == 0) {
            text = after.text;
            gapStart = after.gapStart;
            gapEnd = after.gapEnd;
        } else if (size > 0) {
            if (size > gapEnd - gapStart) {
                widen(size);
            }
            moveGap(chars());
            after.copyText(0, size, text, gapStart);
            gapStart += size;
        }
        next = after.next;
        if (next != null) {
            next.previous = this;
        }
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

    private void widen(int size) {
        int chars = chars();
        resize(Math.max(chars + size, chars + (chars >> 1) + FIRST_CHARS));
    }

    private void resize(int capacity) {
        char[] resized = new char[capacity];
        int tail = text.length - gapEnd;
        System.arraycopy(text, 0, resized, 0, gapStart);
        System.arraycopy(text, gapEnd, resized, capacity - tail, tail);
        gapEnd = capacity - tail;
        text = resized;
    }
}
