package dev.concord.crdt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a document as columns of primitive arrays; a run is an index into them (its handle, stable for its life).
 *
 * <p>A run is a stretch of neighbouring elements: same site, rising counters, each {@code after} the one before it, all
 * visible or all tombstones. Two entries are not runs: {@link #HEAD}, the root, and <em>markers</em> (see {@link Placement}),
 * which have length 0 and only a depth.
 */
final class Runs {
    static final int HEAD = 0;
    static final int NO_SITE = -1;

    private static final byte DEAD = 1;
    private static final byte LEFT_CHILD = 2;
    private static final byte NOTED = 4;
    private static final int FIRST_CAPACITY = 16;
    /** Up to here capacity grows fourfold, above it by half. */
    private static final int ROUGH = 4096;

    int[] site = new int[FIRST_CAPACITY];
    long[] counter = new long[FIRST_CAPACITY];
    int[] length = new int[FIRST_CAPACITY];
    /** UTF-16 units of the visible text: 0 for tombstones, the head and markers. */
    int[] width = new int[FIRST_CAPACITY];
    /** Depth in the tree of the first element; it rises by one an element. */
    int[] depth = new int[FIRST_CAPACITY];

    @Nullable
    Leaf[] leaf = new Leaf[FIRST_CAPACITY];

    /** How many elements all runs together have, without {@link TypedRun#added}; whoever else adds some counts them here. */
    long elements;

    private byte[] flags = new byte[FIRST_CAPACITY];
    private int used;
    private int[] free = new int[4];
    private int freeCount;

    Runs() {
        int head = add(NO_SITE, 0, 1, 0, 0, Side.AFTER, true);
        assert head == HEAD;
    }

    int add(int site, long counter, int length, int width, int depth, Side side, boolean dead) {
        int run = freeCount > 0 ? free[--freeCount] : used++;
        if (run == this.site.length) {
            grow();
        }
        this.site[run] = site;
        this.counter[run] = counter;
        this.length[run] = length;
        this.width[run] = width;
        this.depth[run] = depth;
        this.flags[run] = (byte) ((dead ? DEAD : 0) | (side == Side.BEFORE ? LEFT_CHILD : 0));
        return run;
    }

    /** Makes room for so many more runs. */
    void reserve(int more) {
        if (used + more > site.length) {
            resize(used + more);
        }
    }

    int addMarker(int depth) {
        return add(NO_SITE, 0, 0, 0, depth, Side.AFTER, true);
    }

    void remove(int run) {
        leaf[run] = null;
        // Who remembers the handle must not find its former elements there.
        length[run] = 0;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = run;
    }

    /** The leaf that holds the run. */
    Leaf leafOf(int run) {
        Leaf holder = leaf[run];
        if (holder == null) {
            throw new IllegalStateException("run " + run + " stands in no leaf");
        }
        return holder;
    }

    /** Whether the run has the element. */
    boolean holds(int run, int ofSite, long ofCounter) {
        return site[run] == ofSite && ofCounter >= counter[run] && ofCounter < counter[run] + length[run];
    }

    boolean isMarker(int run) {
        return length[run] == 0;
    }

    boolean isDead(int run) {
        return (flags[run] & DEAD) != 0;
    }

    void markDead(int run) {
        flags[run] |= DEAD;
        width[run] = 0;
    }

    /** Whether the run is noted by its {@link SiteIndex} and not sorted in yet. */
    boolean isNoted(int run) {
        return (flags[run] & NOTED) != 0;
    }

    void markNoted(int run) {
        flags[run] |= NOTED;
    }

    void markSorted(int run) {
        flags[run] &= ~NOTED;
    }

    /** The side of its anchor on which the first element hangs. */
    Side side(int run) {
        return (flags[run] & LEFT_CHILD) != 0 ? Side.BEFORE : Side.AFTER;
    }

    /** The first element is now one that hangs after the element before it, as in the middle of a run. */
    void markContinuing(int run) {
        flags[run] &= ~LEFT_CHILD;
    }

    /** Whether {@code next}, which stands directly after {@code run}, goes on where {@code run} ends, deleted or not. */
    boolean continues(int run, int next) {
        return counter[next] == counter[run] + length[run]
                && site[next] == site[run]
                && site[run] != NO_SITE
                && depth[next] == depth[run] + length[run]
                && (flags[next] & LEFT_CHILD) == 0;
    }

    private void grow() {
        resize(used < ROUGH ? 4 * used : used + (used >> 1));
    }

    private void resize(int capacity) {
        site = Arrays.copyOf(site, capacity);
        counter = Arrays.copyOf(counter, capacity);
        length = Arrays.copyOf(length, capacity);
        width = Arrays.copyOf(width, capacity);
        depth = Arrays.copyOf(depth, capacity);
        leaf = Arrays.copyOf(leaf, capacity);
        flags = Arrays.copyOf(flags, capacity);
    }
}
