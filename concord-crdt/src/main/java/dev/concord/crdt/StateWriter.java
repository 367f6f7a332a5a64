package dev.concord.crdt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes the canonical body of a state, column by column as docs/FORMAT.md lays it out. */
final class StateWriter {
    static final int KIND_DEAD = 1;
    static final int KIND_COUNTER = 2;
    static final int KIND_BEFORE = 4;
    static final int KIND_SHIFT = 8;
    static final int KIND_POPS = 4;
    static final int KIND_SITE = 64;
    static final int KIND_UNUSED = 128;
    static final int MANY_POPS = 3;

    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final PendingBuffer pending;

    private final ByteWriter kinds = new ByteWriter();
    private final ByteWriter visibleLengths = new ByteWriter();
    private final ByteWriter deadLengths = new ByteWriter();
    private final ByteWriter afterCounters = new ByteWriter();
    private final ByteWriter beforeCounters = new ByteWriter();
    private final ByteWriter pops = new ByteWriter();
    private final ByteWriter shifts = new ByteWriter();
    private final ByteWriter siteColumn = new ByteWriter();

    /** Rank of each site number among the sites that are written, in ASCII order. */
    private final int[] rank;
    /** By rank: the counter after the latest run written. */
    private long[] expected = new long[0];

    private final Spine spine = new Spine();
    private int previousSite;
    private int runCount;

    StateWriter(Core core) {
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.pending = core.pending;
        this.rank = new int[sites.size()];
    }

    byte[] body() {
        DecodedState waiting = waiting(sites, pending);
        TreeMap<String, Integer> ranks = ranks(waiting);
        expected = new long[ranks.size()];
        java.util.Arrays.fill(expected, 1);
        writeRuns();

        ByteWriter out = new ByteWriter();
        out.varint(ranks.size());
        ranks.keySet().forEach(out::site);
        out.varint(runCount);
        out.block(tree.text(0, tree.width()).getBytes(StandardCharsets.UTF_8));
        for (ByteWriter column :
                List.of(kinds, visibleLengths, deadLengths, afterCounters, beforeCounters, pops, shifts, siteColumn)) {
            out.block(column.toBytes());
        }
        writeRows(waiting, ranks, out);
        return out.toBytes();
    }

    /** The body of a state that has an empty tree. */
    static byte[] partial(DecodedState rows) {
        TreeSet<String> names = new TreeSet<>();
        addNames(rows, names);
        Map<String, Integer> ranks = number(names);
        ByteWriter out = new ByteWriter();
        out.varint(names.size());
        names.forEach(out::site);
        out.varint(0);
        for (int column = 0; column < 9; column++) {
            out.varint(0);
        }
        writeRows(rows, ranks, out);
        return out.toBytes();
    }

    /** The pending buffer in canonical form: maximal runs by site and counter, deletes of waiting inserts merged into them. */
    static DecodedState waiting(SiteTable sites, PendingBuffer pending) {
        List<DecodedState.Run> inserts = new ArrayList<>();
        List<DecodedState.Range> deletes = new ArrayList<>();
        if (pending.count() == 0) {
            return new DecodedState(inserts, deletes);
        }
        TreeMap<String, Integer> byName = new TreeMap<>();
        for (int site = 0; site < sites.size(); site++) {
            byName.put(sites.name(site), site);
        }
        byName.forEach((name, site) -> {
            Ranges ofSite = new Ranges();
            Ranges known = pending.deletes(site);
            if (known != null) {
                known.ranges().forEach(ofSite::add);
            }
            for (Insertion insertion : pending.inserts(site)) {
                addRuns(insertion, name, ofSite, inserts);
            }
            for (Insertion insertion : pending.inserts(site)) {
                ofSite.remove(insertion.counter(), insertion.end());
            }
            ofSite.ranges().forEach((from, to) -> deletes.add(new DecodedState.Range(name, from, to)));
        });
        return new DecodedState(inserts, deletes);
    }

    private static void addRuns(Insertion insertion, String name, Ranges deletes, List<DecodedState.Run> target) {
        long at = insertion.counter();
        while (at < insertion.end()) {
            long deadEnd = deletes.endOf(at);
            boolean dead = deadEnd > at;
            long to = dead ? Math.min(deadEnd, insertion.end()) : deletes.nextStart(at, insertion.end());
            Insertion part = insertion.part(at, to, name);
            append(
                    new DecodedState.Run(
                            name, at, part.length(), dead || part.value() == null ? null : part.value(), part.anchor()),
                    target);
            at = to;
        }
    }

    /** Adds a run, joined with the last one where it continues it. */
    static void append(DecodedState.Run run, List<DecodedState.Run> target) {
        int last = target.size() - 1;
        if (last >= 0 && target.get(last).continuedBy(run)) {
            target.set(last, target.get(last).joinedWith(run));
        } else {
            target.add(run);
        }
    }

    private static void addNames(DecodedState rows, TreeSet<String> names) {
        for (DecodedState.Run row : rows.inserts()) {
            names.add(row.site());
            if (!row.anchor().element().isHead()) {
                names.add(row.anchor().element().site());
            }
        }
        for (DecodedState.Range row : rows.deletes()) {
            names.add(row.site());
        }
    }

    private static TreeMap<String, Integer> number(TreeSet<String> names) {
        TreeMap<String, Integer> ranks = new TreeMap<>();
        for (String name : names) {
            ranks.put(name, ranks.size());
        }
        return ranks;
    }

    private TreeMap<String, Integer> ranks(DecodedState waiting) {
        TreeSet<String> names = new TreeSet<>();
        for (int site = 0; site < sites.size(); site++) {
            if (sites.index(site).first() >= 0) {
                names.add(sites.name(site));
            }
        }
        addNames(waiting, names);
        TreeMap<String, Integer> ranks = number(names);
        for (int site = 0; site < sites.size(); site++) {
            rank[site] = ranks.getOrDefault(sites.name(site), Runs.NO_SITE);
        }
        return ranks;
    }

    private void writeRuns() {
        int open = Runs.HEAD;
        int length = 0;
        for (Leaf leaf = tree.firstLeaf(); leaf != null; leaf = leaf.next) {
            for (int i = 0; i < leaf.count; i++) {
                int run = leaf.runs[i];
                if (runs.site[run] == Runs.NO_SITE) {
                    continue;
                }
                boolean joins = open != Runs.HEAD
                        && runs.site[run] == runs.site[open]
                        && runs.counter[run] == runs.counter[open] + length
                        && runs.depth[run] == runs.depth[open] + length
                        && runs.side(run) == Side.AFTER
                        && runs.isDead(run) == runs.isDead(open);
                if (joins) {
                    length += runs.length[run];
                    continue;
                }
                if (open != Runs.HEAD) {
                    writeRun(open, length);
                }
                open = run;
                length = runs.length[run];
            }
        }
        if (open != Runs.HEAD) {
            writeRun(open, length);
        }
    }

    private void writeRun(int run, int length) {
        int site = rank[runs.site[run]];
        long counter = runs.counter[run];
        int depth = runs.depth[run];
        boolean dead = runs.isDead(run);
        boolean after = runs.side(run) == Side.AFTER;
        int popped = spine.popFrom(depth);
        int kind = (dead ? KIND_DEAD : 0) | (after ? 0 : KIND_BEFORE) | (Math.min(popped, MANY_POPS) << KIND_POPS);
        if (popped >= MANY_POPS) {
            pops.varint(popped - MANY_POPS);
        }
        int predictedSite = previousSite;
        if (after) {
            int shift = spine.lastDepth() - (depth - 1);
            if (shift > 0) {
                kind |= KIND_SHIFT;
                shifts.varint(shift);
            }
            if (!spine.topIsHead()) {
                predictedSite = spine.site();
            }
            if (counter != spine.counterAt(depth - 1) + 1) {
                kind |= KIND_COUNTER;
                afterCounters.zigzag(counter - expected[site]);
            }
        } else {
            int shift = depth - spine.lastDepth() - 2;
            if (shift != 0) {
                kind |= KIND_SHIFT;
                shifts.zigzag(shift);
            }
            beforeCounters.zigzag(counter - expected[site]);
        }
        if (site != predictedSite) {
            kind |= KIND_SITE;
            siteColumn.varint(site);
        }
        kinds.raw(kind);
        (dead ? deadLengths : visibleLengths).varint(length - 1);
        spine.push(depth, site, counter, length);
        expected[site] = counter + length;
        previousSite = site;
        runCount++;
    }

    private static void writeRows(DecodedState rows, Map<String, Integer> ranks, ByteWriter out) {
        out.varint(rows.inserts().size());
        for (DecodedState.Run row : rows.inserts()) {
            ElementId anchor = row.anchor().element();
            String value = row.value();
            out.varint(rankOf(ranks, row.site()));
            out.varint(row.counter());
            out.raw((value == null ? 1 : 0) | (row.anchor().side() == Side.BEFORE ? 2 : 0));
            out.varint(anchor.isHead() ? 0 : rankOf(ranks, anchor.site()) + 1);
            out.varint(anchor.counter());
            if (value == null) {
                out.varint(row.length());
            } else {
                out.block(value.getBytes(StandardCharsets.UTF_8));
            }
        }
        out.varint(rows.deletes().size());
        for (DecodedState.Range row : rows.deletes()) {
            out.varint(rankOf(ranks, row.site()));
            out.varint(row.from());
            out.varint(row.to() - row.from());
        }
    }

    private static int rankOf(Map<String, Integer> ranks, String site) {
        return ranks.getOrDefault(site, Runs.NO_SITE);
    }
}
