package dev.concord.crdt;

import java.util.Objects;

/**
 * The runs and markers of a document in document order, as a B-tree with parent pointers.
 *
 * <p>Each inner node keeps, per child, the width of the visible text (finds an offset) and the least depth (finds the end or
 * the start of a subtree, see {@link Placement}). All lookups and updates are O(log n): heights of four hold a million runs.
 *
 * <p>There is one <em>place</em>, a boundary between two runs ({@link #leaf}, {@link #index}: before the run with that index,
 * which may be one past the last). Lookups move it, {@link #insert} inserts there, and it doubles as the cursor that makes
 * the next edit nearby cheap: the text offset at which its leaf begins is remembered.
 */
final class RunTree {
    /** UTF-16 units of visible text in one run; longer ones are held as several that continue each other. */
    static final int MAX_RUN_CHARS = 1024;

    final Runs runs;
    private final SiteTable sites;
    private Object root;
    private final Leaf firstLeaf;

    Leaf leaf;
    int index;
    /** UTF-16 units of the place's leaf before the place, or -1 when they must be counted. */
    private int unitsBefore;
    /** After {@link #seek}: how many UTF-16 units of the run at the place lie before the sought offset. */
    int unitsIntoRun;

    /** Whether any run ever inserted had a surrogate pair: until then offsets need no check. */
    private boolean hasPairs;

    private Leaf knownLeaf;
    private int knownStart;
    private int width;
    /** Counts what changes the tree, but for text that goes on at the end of the {@link TypedRun}. */
    int changes;
    /** Width that was added to the known leaf and not yet to its ancestors: most edits follow one another in one leaf. */
    private int owed;

    RunTree(Runs runs, SiteTable sites) {
        this.runs = runs;
        this.sites = sites;
        firstLeaf = new Leaf();
        firstLeaf.insertRun(0, Runs.HEAD);
        runs.leaf[Runs.HEAD] = firstLeaf;
        root = firstLeaf;
        leaf = firstLeaf;
        knownLeaf = firstLeaf;
    }

    /** UTF-16 units of visible text. */
    int width() {
        return width;
    }

    /** Whether nothing was ever inserted. */
    boolean isEmpty() {
        return firstLeaf.count == 1 && firstLeaf.next == null;
    }

    Leaf firstLeaf() {
        return firstLeaf;
    }

    /** Sets the place to the run that shows the unit at {@code offset}, which must be below the width. */
    void seek(int offset) {
        int inLeaf = offset - knownStart;
        int chars = knownLeaf.chars();
        int i = index;
        int before = unitsBefore;
        if (inLeaf < 0 || inLeaf >= chars) {
            descend(offset);
            inLeaf = offset - knownStart;
            leaf = knownLeaf;
            chars = leaf.chars();
            before = -1;
        } else if (leaf != knownLeaf || index >= leaf.count) {
            leaf = knownLeaf;
            before = -1;
        }
        if (before < 0) {
            if (inLeaf < chars >> 1) {
                i = 0;
                before = 0;
            } else {
                i = leaf.count;
                before = chars;
            }
        }
        int[] handles = leaf.runs;
        int[] widths = runs.width;
        while (inLeaf < before) {
            before -= widths[handles[--i]];
        }
        int w = widths[handles[i]];
        while (inLeaf >= before + w) {
            before += w;
            w = widths[handles[++i]];
        }
        index = i;
        unitsBefore = before;
        unitsIntoRun = inLeaf - before;
    }

    /** The units of the place's leaf before the place. */
    int unitsBefore() {
        if (unitsBefore < 0) {
            unitsBefore = before(leaf, index);
        }
        return unitsBefore;
    }

    private void moveTo(Leaf target, int at) {
        leaf = target;
        index = at;
        unitsBefore = -1;
    }

    /** Moves the place within its leaf over runs without visible text. */
    void placeAt(int at) {
        index = at;
    }

    /** Moves the place before a tombstone that stands directly before it in the same leaf. */
    void stepBackOverTombstone() {
        index--;
    }

    /** Moves the place after the run at it, in the same leaf. */
    void stepAfter() {
        if (unitsBefore >= 0) {
            unitsBefore += runs.width[leaf.runs[index]];
        }
        index++;
    }

    /** The run after the place. */
    int run() {
        return leaf.runs[index];
    }

    /** The run at the place, -1 when there is none. */
    int lastRun() {
        return index < leaf.count ? leaf.runs[index] : -1;
    }

    /** The run that holds an element, when that is the one at the place or one beside it in its leaf; else -1. */
    int near(int site, long counter) {
        int[] handles = leaf.runs;
        int count = leaf.count;
        if (index < count && runs.holds(handles[index], site, counter)) {
            return handles[index];
        }
        if (index + 1 < count && runs.holds(handles[index + 1], site, counter)) {
            return handles[index + 1];
        }
        if (index > 0 && runs.holds(handles[index - 1], site, counter)) {
            return handles[index - 1];
        }
        return -1;
    }

    /** Sets the place to a run. */
    void moveTo(int run) {
        Leaf target = runs.leafOf(run);
        if (target != leaf) {
            moveTo(target, target.indexOf(run));
        } else if (index >= leaf.count || leaf.runs[index] != run) {
            if (index + 1 < leaf.count && leaf.runs[index + 1] == run) {
                stepAfter();
            } else if (index > 0 && leaf.runs[index - 1] == run) {
                stepBefore();
            } else {
                moveTo(target, target.indexOf(run));
            }
        }
    }

    private void stepBefore() {
        index--;
        if (unitsBefore >= 0) {
            unitsBefore -= runs.width[leaf.runs[index]];
        }
    }

    /** The run or marker after the one at the place, or -1 at the end. Does not move the place. */
    int peekNext() {
        if (index + 1 < leaf.count) {
            return leaf.runs[index + 1];
        }
        Leaf next = leaf.next;
        return next == null ? -1 : next.runs[0];
    }

    /** The run or marker before the one at the place, which must not be the head. Does not move the place. */
    int peekPrevious() {
        if (index > 0) {
            return leaf.runs[index - 1];
        }
        Leaf previous = leaf.previous;
        if (previous == null) {
            throw new IllegalStateException("nothing stands before the head");
        }
        return previous.runs[previous.count - 1];
    }

    /** Text offset of the first visible unit of the run at the place, or of where it would be. */
    int offset() {
        return startOf(leaf) + unitsBefore();
    }

    /** Moves the place on to the first run or marker after it whose depth is at most the given one; false at the end. */
    boolean nextAtMost(int depth) {
        for (int i = index + 1; i < leaf.count; i++) {
            if (runs.depth[leaf.runs[i]] <= depth) {
                moveTo(leaf, i);
                return true;
            }
        }
        int slot = leaf.slot;
        for (Branch branch = leaf.parent; branch != null; branch = branch.parent) {
            for (int i = slot + 1; i < branch.count; i++) {
                if (branch.minDepths[i] <= depth) {
                    descendForward(branch.children[i], depth);
                    return true;
                }
            }
            slot = branch.slot;
        }
        return false;
    }

    /** Moves the place back to the last run or marker before it whose depth is at most the given one; the head always is. */
    void previousAtMost(int depth) {
        for (int i = index - 1; i >= 0; i--) {
            if (runs.depth[leaf.runs[i]] <= depth) {
                moveTo(leaf, i);
                return;
            }
        }
        int slot = leaf.slot;
        for (Branch branch = leaf.parent; branch != null; branch = branch.parent) {
            for (int i = slot - 1; i >= 0; i--) {
                if (branch.minDepths[i] <= depth) {
                    descendBackward(branch.children[i], depth);
                    return;
                }
            }
            slot = branch.slot;
        }
        throw new IllegalStateException("nothing as shallow as " + depth + " stands before");
    }

    void moveToEnd() {
        Object node = root;
        while (node instanceof Branch branch) {
            node = branch.children[branch.count - 1];
        }
        moveTo((Leaf) node, ((Leaf) node).count);
    }

    /** Sets the place to the boundary before element {@code at} of a run, which is cut there when {@code at} lies inside it. */
    void moveBefore(int run, int at) {
        moveTo(run);
        if (at == runs.length[run]) {
            stepAfter();
        } else if (at > 0) {
            reserve();
            int tail = cut(run, at);
            stepAfter();
            insertTextless(tail);
        }
    }

    /** Moves the place after element {@code at} of the run at it, which is cut there when that is not its last. */
    void moveAfter(int run, int at) {
        if (at + 1 < runs.length[run]) {
            moveBefore(run, at + 1);
        } else {
            stepAfter();
        }
    }

    /**
     * Inserts a run or a marker at the place, with its visible text, and leaves the place on it.
     *
     * @return the text offset at which it stands
     */
    int insert(int run, String text, int from, int to) {
        int size = to - from;
        changes++;
        startOf(leaf);
        if (leaf.count == Leaf.MAX_RUNS || (size > 0 && leaf.count > 1 && leaf.chars() + size > Leaf.MAX_CHARS)) {
            splitLeaf();
        }
        int at = unitsBefore();
        leaf.insertRun(index, run);
        runs.leaf[run] = leaf;
        if (size > 0) {
            leaf.insertText(at, text, from, to);
            addWidth(size);
            hasPairs |= size != runs.length[run];
        }
        lowerDepth(runs.depth[run]);
        return knownStart + at;
    }

    /** Whether the visible run at the place can take {@code units} more units at its end. */
    boolean hasRoom(int units) {
        return runs.width[run()] + units <= MAX_RUN_CHARS
                && (leaf.count == 1 || leaf.chars() + units <= Leaf.MAX_CHARS);
    }

    /** How many units {@link #hasRoom} still allows at the end of the visible run at the place. */
    int room() {
        int inRun = MAX_RUN_CHARS - runs.width[run()];
        return leaf.count == 1 ? inRun : Math.min(inRun, Leaf.MAX_CHARS - leaf.chars());
    }

    /** Appends visible elements to the run at the place. Returns the text offset at which they stand. */
    int extend(String text, int from, int to, int elements) {
        int run = run();
        changes++;
        int start = startOf(leaf);
        int at = unitsBefore() + runs.width[run];
        leaf.insertText(at, text, from, to);
        hasPairs |= to - from > elements;
        runs.length[run] += elements;
        runs.elements += elements;
        runs.width[run] += to - from;
        addWidth(to - from);
        return start + at;
    }

    /** UTF-16 units of the first {@code elements} elements of a run whose text starts at {@code textStart} of the place's leaf. */
    int units(int textStart, int run, int elements) {
        int w = runs.width[run];
        if (w == runs.length[run]) {
            return elements;
        }
        if (w == 0) {
            return 0;
        }
        int at = textStart;
        for (int i = 0; i < elements; i++) {
            at += Character.isHighSurrogate(leaf.charAt(at)) ? 2 : 1;
        }
        return at - textStart;
    }

    /** How many whole elements of the visible run at the place lie in its first {@code units} units. */
    int elements(int units) {
        int run = run();
        if (runs.width[run] == runs.length[run]) {
            return units;
        }
        int at = unitsBefore();
        int end = at + units;
        int elements = 0;
        while (at < end) {
            at += Character.isHighSurrogate(leaf.charAt(at)) ? 2 : 1;
            elements++;
        }
        return elements;
    }

    boolean hasPairs() {
        return hasPairs;
    }

    /** After {@link #seek}: whether the sought unit is the second half of a surrogate pair. */
    boolean isInsidePair() {
        return Character.isLowSurrogate(leaf.charAt(unitsBefore() + unitsIntoRun));
    }

    /** Text that the runs of a leaf before {@code end} show, in UTF-16 units. */
    private int before(Leaf in, int end) {
        int sum = 0;
        for (int i = 0; i < end; i++) {
            sum += runs.width[in.runs[i]];
        }
        return sum;
    }

    /** Compares visible elements of the run at the place, from element {@code at} on, with a text. */
    boolean shows(int at, String text, int from, int to) {
        int textStart = unitsBefore();
        int start = textStart + units(textStart, run(), at);
        for (int i = from; i < to; i++) {
            if (leaf.charAt(start + i - from) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The visible text between two offsets. */
    String text(int from, int to) {
        char[] text = new char[to - from];
        if (from < to) {
            seek(from);
            int start = knownStart;
            for (Leaf source = leaf; source != null && start < to; source = source.next) {
                int first = Math.max(from, start);
                int end = start + source.chars();
                source.copyText(first - start, Math.min(to, end) - start, text, first - from);
                start = end;
            }
        }
        return new String(text);
    }

    /** Splits a run at an element; the tail is indexed but stands nowhere yet. */
    private int cut(int run, int at) {
        int from = units(unitsBefore(), run, at);
        int tail = runs.add(
                runs.site[run],
                runs.counter[run] + at,
                runs.length[run] - at,
                runs.isDead(run) ? 0 : runs.width[run] - from,
                runs.depth[run] + at,
                Side.AFTER,
                runs.isDead(run));
        runs.length[run] = at;
        runs.width[run] = runs.isDead(run) ? 0 : from;
        sites.index(runs.site[run]).add(tail);
        return tail;
    }

    /** Puts a part of a run of this leaf at the place; its text, if any, is in the leaf already. There must be room. */
    void insertTextless(int run) {
        changes++;
        leaf.insertRun(index, run);
        runs.leaf[run] = leaf;
    }

    /** Puts two runs after the one at the place, which they continue, as {@link #insertTextless} does with one; ends on the second. */
    void insertBoth(int first, int second) {
        changes++;
        stepAfter();
        leaf.insertRuns(index, first, second);
        runs.leaf[first] = leaf;
        runs.leaf[second] = leaf;
        index++;
    }

    /** Makes sure that two more runs fit into the leaf of the place, before widths and text go apart for a moment. */
    void reserve() {
        if (leaf.count + 2 > Leaf.MAX_RUNS) {
            startOf(leaf);
            splitLeaf();
        }
    }

    /** Text offset at which a leaf begins; remembers it. */
    int startOf(Leaf of) {
        if (of != knownLeaf) {
            settle();
            int start = 0;
            int slot = of.slot;
            for (Branch branch = of.parent; branch != null; branch = branch.parent) {
                for (int i = 0; i < slot; i++) {
                    start += branch.widths[i];
                }
                slot = branch.slot;
            }
            knownLeaf = of;
            knownStart = start;
        }
        return knownStart;
    }

    private void descend(int offset) {
        settle();
        Object node = root;
        int inNode = offset;
        while (node instanceof Branch branch) {
            int i = 0;
            while (inNode >= branch.widths[i]) {
                inNode -= branch.widths[i++];
            }
            node = branch.children[i];
        }
        knownLeaf = (Leaf) node;
        knownStart = offset - inNode;
    }

    private void descendForward(Object from, int depth) {
        Object node = from;
        while (node instanceof Branch branch) {
            int i = 0;
            while (branch.minDepths[i] > depth) {
                i++;
            }
            node = branch.children[i];
        }
        moveTo((Leaf) node, 0);
        while (runs.depth[leaf.runs[index]] > depth) {
            index++;
        }
    }

    private void descendBackward(Object from, int depth) {
        Object node = from;
        while (node instanceof Branch branch) {
            int i = branch.count - 1;
            while (branch.minDepths[i] > depth) {
                i--;
            }
            node = branch.children[i];
        }
        moveTo((Leaf) node, ((Leaf) node).count - 1);
        while (runs.depth[leaf.runs[index]] > depth) {
            index--;
        }
    }

    /** Removes text of the place's leaf, whose runs the caller changes. */
    void removeText(int at, int size) {
        changes++;
        leaf.removeText(at, size);
        addWidth(-size);
    }

    /** Whether the place is there, and {@link #addWidth} adds to the width of this leaf. */
    boolean isAt(Leaf candidate, int at) {
        return candidate == knownLeaf && candidate == leaf && at == index;
    }

    /** Adds to the width of the known leaf. */
    void addWidth(int units) {
        width += units;
        owed += units;
    }

    /** Brings the known leaf's width to its ancestors. */
    void settle() {
        if (owed != 0) {
            int slot = knownLeaf.slot;
            for (Branch branch = knownLeaf.parent; branch != null; branch = branch.parent) {
                branch.widths[slot] += owed;
                slot = branch.slot;
            }
            owed = 0;
        }
    }

    private void lowerDepth(int depth) {
        int slot = leaf.slot;
        for (Branch branch = leaf.parent; branch != null && branch.minDepths[slot] > depth; branch = branch.parent) {
            branch.minDepths[slot] = depth;
            slot = branch.slot;
        }
    }

    /** Splits the leaf of the place, whose start must be known, and keeps the place on the same boundary. */
    private void splitLeaf() {
        changes++;
        settle();
        Leaf left = leaf;
        int cut = cutOf(left);
        int[] widths = runs.width;
        int[] depths = runs.depth;
        int textCut = 0;
        int leftDepth = Integer.MAX_VALUE;
        for (int i = 0; i < cut; i++) {
            int run = left.runs[i];
            textCut += widths[run];
            leftDepth = Math.min(leftDepth, depths[run]);
        }
        Leaf right = left.splitOff(cut, textCut);
        int rightDepth = Integer.MAX_VALUE;
        Leaf[] leaves = runs.leaf;
        for (int i = 0; i < right.count; i++) {
            int run = right.runs[i];
            leaves[run] = right;
            rightDepth = Math.min(rightDepth, depths[run]);
        }
        right.next = left.next;
        right.previous = left;
        if (right.next != null) {
            right.next.previous = right;
        }
        left.next = right;
        Branch parent = left.parent;
        if (parent == null) {
            parent = new Branch();
            parent.insert(0, left, left.chars(), leftDepth);
            root = parent;
        } else {
            parent.widths[left.slot] = left.chars();
            parent.minDepths[left.slot] = leftDepth;
        }
        Branch top = parent.insertOrSplit(left.slot + 1, right, right.chars(), rightDepth);
        if (top != null) {
            root = top;
        }
        if (index >= cut) {
            leaf = right;
            index -= cut;
            unitsBefore = unitsBefore < 0 ? -1 : unitsBefore - textCut;
            knownLeaf = right;
            knownStart += textCut;
        }
    }

    /**
     * Joins the leaf of the place, from which text went, with one beside it, if little is left in both. Keeps the place on its run.
     *
     * @return the index in the leaf of the place from which runs stand beside runs that were in another leaf, or -1
     */
    int joinSparse() {
        Leaf left = leaf.previous;
        Leaf right = leaf;
        if (left == null || !left.canTakeIn(right)) {
            left = leaf;
            right = leaf.next;
            if (right == null || !left.canTakeIn(right)) {
                return -1;
            }
        }
        changes++;
        settle();
        int seam = left.count;
        int textSeam = left.chars();
        for (int i = 0; i < right.count; i++) {
            runs.leaf[right.runs[i]] = left;
        }
        left.takeIn(right);
        if (leaf == right) {
            leaf = left;
            index += seam;
            unitsBefore = unitsBefore < 0 ? -1 : unitsBefore + textSeam;
        }
        if (knownLeaf == right) {
            knownLeaf = left;
            knownStart -= textSeam;
        }
        // Two leaves have nodes above them.
        Branch above = Objects.requireNonNull(left.parent);
        above.widths[left.slot] = left.chars();
        above.minDepths[left.slot] = minDepth(left);
        Objects.requireNonNull(right.parent).remove(right.slot);
        Objects.requireNonNull(left.parent).sumUp();
        while (root instanceof Branch branch && branch.count == 1) {
            root = branch.children[0];
            if (root instanceof Branch top) {
                top.parent = null;
            } else {
                ((Leaf) root).parent = null;
            }
        }
        return seam;
    }

    /** Where to split: after everything when text is appended to the document, so that leaves fill up; else in the middle. */
    private int cutOf(Leaf split) {
        if (index == split.count && split.next == null) {
            return split.count;
        }
        if (split.count + 2 > Leaf.MAX_RUNS) {
            return split.count / 2;
        }
        int half = split.chars() / 2;
        int cut = 0;
        int sum = 0;
        while (cut < split.count - 1 && (cut == 0 || sum < half)) {
            sum += runs.width[split.runs[cut++]];
        }
        return cut;
    }

    /** Puts a tree that was built on the first leaf in place of an empty one. */
    void replace(Object builtRoot, int builtWidth, boolean builtHasPairs) {
        root = builtRoot;
        width = builtWidth;
        hasPairs = builtHasPairs;
        knownLeaf = firstLeaf;
        knownStart = 0;
        changes++;
        moveTo(firstLeaf, 0);
    }

    int minDepth(Leaf of) {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < of.count; i++) {
            least = Math.min(least, runs.depth[of.runs[i]]);
        }
        return least;
    }
}
