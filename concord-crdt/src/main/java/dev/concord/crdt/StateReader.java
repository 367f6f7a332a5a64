package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a state into inserts with explicit anchors. Hostile input gives a {@link MalformedStateException}, and nothing is
 * allocated that the bytes do not pay for; the order of siblings is not trusted but decided again by {@link Placement}.
 *
 * <p>A left child comes before its parent in document order. Runs in the subtree of such a child are held back in a
 * <em>group</em> until the parent is read, so that the result has parents first.
 */
final class StateReader {
    private static final int NONE = -1;

    final String[] sites;
    private final ByteReader in;
    private long elements;
    private long treeElements;
    private int[][] runsBySite = {};

    /** The runs of the tree in document order, column by column. */
    int[] site = {};

    long[] counter = {};
    int[] length = {};
    int[] depth = {};
    boolean[] dead = {};
    boolean[] before = {};
    /** First UTF-16 unit of each run in the text, and one past the last. */
    int[] textStart = {};

    String text = "";
    /** By run: its anchor's site, NONE for the head, and counter. */
    private int[] anchorSite = {};

    private long[] anchorCounter = {};
    private boolean siblings;

    /** Emission order: the run after a run. */
    private int[] next = {};

    private final Spine spine = new Spine();
    /** By height on the spine: the group to which that run belongs, or NONE. */
    private int[] groupAt = {NONE, NONE, NONE, NONE};

    /** Groups still without a parent, innermost last; a run's group is its place in these lists. */
    private int openGroups;

    private int[] groupFirst = new int[4];
    private int[] groupLast = new int[4];
    private final List<List<Integer>> groupMembers = new ArrayList<>();
    private int first = NONE;
    private int last = NONE;

    private StateReader(byte[] body) {
        in = new ByteReader(body);
        sites = new String[in.count(2)];
        for (int i = 0; i < sites.length; i++) {
            sites[i] = in.site();
            if (i > 0 && sites[i - 1].compareTo(sites[i]) >= 0) {
                throw new MalformedStateException("sites are not in ascending order");
            }
        }
    }

    private DecodedState waiting = new DecodedState(List.of(), List.of());

    static StateReader read(byte[] state, int maxBytes) {
        return readBody(Envelope.unwrap(state, maxBytes));
    }

    static StateReader readBody(byte[] body) {
        StateReader reader = new StateReader(body);
        reader.readTree();
        reader.treeElements = reader.elements;
        reader.runsBySite = IdCheck.ascending(reader);
        List<DecodedState.Run> inserts = new ArrayList<>();
        reader.readInserts(inserts);
        IdCheck.checkInserts(reader, reader.runsBySite, inserts);
        List<DecodedState.Range> deletes = reader.readDeletes();
        IdCheck.checkDeletes(deletes);
        reader.waiting = new DecodedState(inserts, deletes);
        reader.in.expectEnd("state");
        return reader;
    }

    /** How many elements the tree has. */
    long treeElements() {
        return treeElements;
    }

    /** The runs of each site in ascending order of their counters. */
    int[][] runsBySite() {
        return runsBySite;
    }

    /** Whether two elements hang on the same side of a third. Without that there is no order to decide. */
    boolean hasSiblings() {
        return siblings;
    }

    /** The runs of the tree as inserts, parents first. */
    List<DecodedState.Run> treeInserts() {
        List<DecodedState.Run> inserts = new ArrayList<>(length.length);
        for (int run = first; run != NONE; run = next[run]) {
            Anchor anchor = new Anchor(anchorElement(run), before[run] ? Side.BEFORE : Side.AFTER);
            String value = dead[run] ? null : text.substring(textStart[run], textStart[run + 1]);
            inserts.add(new DecodedState.Run(sites[site[run]], counter[run], length[run], value, anchor));
        }
        return inserts;
    }

    /** The pending inserts and deletes. */
    DecodedState waiting() {
        return waiting;
    }

    private void readTree() {
        long declared = in.varint();
        text = in.block().utf8();
        ByteReader kinds = in.block();
        ByteReader visibleLengths = in.block();
        ByteReader deadLengths = in.block();
        ByteReader afterCounters = in.block();
        ByteReader beforeCounters = in.block();
        ByteReader pops = in.block();
        ByteReader shifts = in.block();
        ByteReader siteColumn = in.block();
        if (declared != kinds.remaining()) {
            throw new MalformedStateException(declared + " runs are declared, " + kinds.remaining() + " are there");
        }
        int count = (int) declared;
        site = new int[count];
        counter = new long[count];
        length = new int[count];
        dead = new boolean[count];
        before = new boolean[count];
        depth = new int[count];
        anchorSite = new int[count];
        anchorCounter = new long[count];
        next = new int[count];
        long[] expected = new long[sites.length];
        Arrays.fill(expected, 1);
        int previousSite = 0;
        for (int run = 0; run < count; run++) {
            int kind = kinds.raw();
            if ((kind & StateWriter.KIND_UNUSED) != 0) {
                throw new MalformedStateException("run " + run + " is of an unknown kind " + kind);
            }
            dead[run] = (kind & StateWriter.KIND_DEAD) != 0;
            before[run] = (kind & StateWriter.KIND_BEFORE) != 0;
            boolean shifted = (kind & StateWriter.KIND_SHIFT) != 0;
            boolean counted = (kind & StateWriter.KIND_COUNTER) != 0;
            length[run] = lengthOf((dead[run] ? deadLengths : visibleLengths).varint() + 1);
            int popped = (kind >>> StateWriter.KIND_POPS) & StateWriter.MANY_POPS;
            if (popped == StateWriter.MANY_POPS) {
                popped += pops.bounded(0, spine.size(), "number of pops");
            }
            if (popped > spine.size()) {
                throw new MalformedStateException("run " + run + " pops more than the spine holds");
            }
            int oldSize = spine.size();
            for (int i = 0; i < popped; i++) {
                spine.pop();
            }
            int at;
            int predictedSite = previousSite;
            if (before[run]) {
                long deep = spine.lastDepth() + 2L + (shifted ? shifts.zigzag() : 0);
                if (deep <= spine.firstDepth() || deep > Document.MAX_ELEMENTS) {
                    throw new MalformedStateException("run " + run + " has an impossible depth " + deep);
                }
                at = (int) deep;
            } else {
                int back = shifted ? shifts.bounded(1, Document.MAX_ELEMENTS, "shift") : 0;
                siblings |= back > 0;
                at = spine.lastDepth() - back + 1;
                if (at - 1 < spine.firstDepth()) {
                    throw new MalformedStateException("run " + run + " hangs in front of the run that it names");
                }
                predictedSite = spine.topIsHead() ? previousSite : spine.site();
            }
            site[run] = (kind & StateWriter.KIND_SITE) != 0
                    ? siteColumn.bounded(0, sites.length - 1L, "site")
                    : predictedSite;
            if (site[run] >= sites.length) {
                throw new MalformedStateException("run " + run + " has no site");
            }
            if (before[run]) {
                counter[run] = checked(expected[site[run]] + beforeCounters.zigzag(), length[run]);
            } else {
                long parent = spine.counterAt(at - 1);
                anchorSite[run] = spine.topIsHead() ? NONE : spine.site();
                anchorCounter[run] = parent;
                counter[run] =
                        checked(counted ? expected[site[run]] + afterCounters.zigzag() : parent + 1, length[run]);
            }
            expected[site[run]] = counter[run] + length[run];
            previousSite = site[run];
            depth[run] = at;
            hang(run, at, oldSize);
        }
        if (openGroups > 0) {
            throw new MalformedStateException("a left child has no parent");
        }
        for (ByteReader column :
                List.of(visibleLengths, deadLengths, afterCounters, beforeCounters, pops, shifts, siteColumn)) {
            column.expectEnd("column");
        }
        measureText();
    }

    /** Settles the groups of the runs that were popped, and puts the run in line. */
    private void hang(int run, int ofDepth, int oldSize) {
        int own = NONE;
        int chainFirst = run;
        int chainLast = run;
        next[run] = NONE;
        for (int height = oldSize; height > spine.size(); height--) {
            int group = groupAt[height];
            siblings |= spine.depthAt(height) == ofDepth;
            if (group == NONE) {
                continue;
            }
            int groupDepth = spine.depthAt(height);
            if (groupDepth == ofDepth + 1) {
                for (int member : groupMembers.get(group)) {
                    anchorSite[member] = site[run];
                    anchorCounter[member] = counter[run];
                }
                next[run] = groupFirst[group];
                chainLast = groupLast[group];
                openGroups--;
            } else if (groupDepth == ofDepth && before[run]) {
                own = group;
            } else {
                throw new MalformedStateException("a left child has no parent");
            }
        }
        if (before[run] && own == NONE) {
            own = openGroup();
        }
        if (own != NONE) {
            groupMembers.get(own).add(run);
        }
        if (openGroups > 0) {
            appendToGroup(openGroups - 1, chainFirst, chainLast);
        } else {
            if (last == NONE) {
                first = chainFirst;
            } else {
                next[last] = chainFirst;
            }
            last = chainLast;
        }
        spine.push(ofDepth, site[run], counter[run], length[run]);
        int height = spine.size();
        if (height >= groupAt.length) {
            groupAt = Arrays.copyOf(groupAt, height * 2);
        }
        groupAt[height] = own;
    }

    private int openGroup() {
        int group = openGroups++;
        if (group == groupFirst.length) {
            groupFirst = Arrays.copyOf(groupFirst, group * 2);
            groupLast = Arrays.copyOf(groupLast, group * 2);
        }
        groupFirst[group] = NONE;
        if (group < groupMembers.size()) {
            groupMembers.set(group, new ArrayList<>(1));
        } else {
            groupMembers.add(new ArrayList<>(1));
        }
        return group;
    }

    private void appendToGroup(int group, int chainFirst, int chainLast) {
        if (groupFirst[group] == NONE) {
            groupFirst[group] = chainFirst;
        } else {
            next[groupLast[group]] = chainFirst;
        }
        groupLast[group] = chainLast;
    }

    private ElementId anchorElement(int run) {
        return anchorSite[run] == NONE ? ElementId.HEAD : new ElementId(sites[anchorSite[run]], anchorCounter[run]);
    }

    private void measureText() {
        // An array is read several times faster here than the characters of a string.
        char[] chars = text.toCharArray();
        boolean pairs = false;
        for (char c : chars) {
            pairs |= Character.isSurrogate(c);
        }
        textStart = new int[length.length + 1];
        int at = 0;
        for (int run = 0; run < length.length; run++) {
            textStart[run] = at;
            if (!dead[run]) {
                if (length[run] > text.length() - at) {
                    throw new MalformedStateException("the text is shorter than its runs");
                }
                try {
                    at = pairs ? text.offsetByCodePoints(at, length[run]) : at + length[run];
                } catch (IndexOutOfBoundsException e) {
                    throw new MalformedStateException("the text is shorter than its runs", e);
                }
            }
        }
        textStart[length.length] = at;
        if (at != text.length()) {
            throw new MalformedStateException("the text is longer than its runs");
        }
    }

    private void readInserts(List<DecodedState.Run> target) {
        int count = in.count(6);
        for (int row = 0; row < count; row++) {
            String ofSite = siteAt(in.varint());
            long start = in.varint();
            int flags = in.raw();
            long anchorSite = in.varint();
            long anchorCounter = in.varint();
            if (flags > 3 || (anchorSite == 0) != (anchorCounter == 0)) {
                throw new MalformedStateException(
                        "pending insert " + row + " has impossible flags or an impossible anchor");
            }
            String value = null;
            int size;
            if ((flags & 1) != 0) {
                size = lengthOf(in.varint());
            } else {
                value = in.block().utf8();
                size = lengthOf(value.codePointCount(0, value.length()));
            }
            if (anchorSite == 0 && (flags & 2) != 0) {
                throw new MalformedStateException("pending insert " + row + " stands before the head");
            }
            ElementId anchor = anchorSite == 0 ? ElementId.HEAD : new ElementId(siteAt(anchorSite - 1), anchorCounter);
            target.add(new DecodedState.Run(
                    ofSite,
                    checked(start, size),
                    size,
                    value,
                    new Anchor(anchor, (flags & 2) != 0 ? Side.BEFORE : Side.AFTER)));
        }
    }

    private List<DecodedState.Range> readDeletes() {
        int count = in.count(3);
        List<DecodedState.Range> deletes = new ArrayList<>();
        long total = 0;
        for (int row = 0; row < count; row++) {
            String ofSite = siteAt(in.varint());
            long from = in.varint();
            int size = in.bounded(1, Document.MAX_ELEMENTS, "length of a delete");
            total += size;
            if (total > Document.MAX_ELEMENTS) {
                throw new MalformedStateException("more than 2^30 elements wait to be deleted");
            }
            deletes.add(new DecodedState.Range(ofSite, checked(from, size), from + size));
        }
        return deletes;
    }

    private String siteAt(long number) {
        if (number >= sites.length) {
            throw new MalformedStateException("site " + number + " is not in the list of " + sites.length);
        }
        return sites[(int) number];
    }

    private int lengthOf(long value) {
        elements += value;
        if (value < 1 || elements > Document.MAX_ELEMENTS) {
            throw new MalformedStateException("a run of " + value + " elements, or too many elements in all");
        }
        return (int) value;
    }

    private static long checked(long start, int size) {
        if (start < 1 || start > ElementId.MAX_COUNTER - size + 1) {
            throw new MalformedStateException("a counter of " + start + " is outside 1 to 2^53-1");
        }
        return start;
    }
}
