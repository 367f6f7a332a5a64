package dev.concord.crdt;

/**
 * The run that is being typed. Most edits put one character after the one before, with the next counter of the same site; such a
 * character is taken here without any lookup. Whatever else changes the tree ends it.
 */
final class TypedRun {
    private static final int NOWHERE = -1;

    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;

    private int run;
    private int site = Runs.NO_SITE;
    /** The counter with which it goes on. */
    private long next;
    /** The text offset after it. */
    private int end = NOWHERE;
    /** How many more characters it takes here before the bounds of run and leaf have to be looked at. */
    private int room;
    /** What {@link #room} was when the run was opened. */
    private int roomAtFirst;

    private Leaf leaf;
    private int index;
    private int changes;

    TypedRun(Runs runs, SiteTable sites, RunTree tree) {
        this.runs = runs;
        this.sites = sites;
        this.tree = tree;
        this.leaf = tree.leaf;
    }

    /**
     * Remembers the visible run at the tree's place, of whose text the last part was just placed at its end.
     *
     * @param offset the text offset after it
     */
    void open(int offset) {
        run = tree.run();
        site = runs.site[run];
        next = runs.counter[run] + runs.length[run];
        end = offset;
        leaf = tree.leaf;
        index = tree.index;
        runs.elements += added();
        room = (int) Math.min(Math.min(tree.room(), leaf.gap()), Document.MAX_ELEMENTS - runs.elements);
        roomAtFirst = room;
        changes = tree.changes;
    }

    /** Whether a character with this id, {@code after} the one before it, goes on here. */
    boolean takes(int itsSite, long counter) {
        return counter == next
                && itsSite == site
                && room > 0
                && changes == tree.changes
                && tree.isAt(leaf, index)
                && sites.end(site) == counter;
    }

    /** Whether text typed at an offset goes on here, with the counter {@link #next}. */
    boolean takesAt(int offset, int itsSite) {
        return offset == end && takes(itsSite, next);
    }

    /** Adds a character, no surrogate, that it {@link #takes}. Returns the text offset at which it stands. */
    int add(char c) {
        leaf.append(c);
        runs.length[run]++;
        runs.width[run]++;
        tree.addWidth(1);
        room--;
        next++;
        sites.reached(site, next);
        return end++;
    }

    /** How many characters were added since the run was opened; {@link Runs#elements} does not count them yet. */
    int added() {
        return roomAtFirst - room;
    }

    long next() {
        return next;
    }
}
