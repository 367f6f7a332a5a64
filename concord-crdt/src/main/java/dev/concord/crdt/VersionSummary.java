package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a replica has seen: per site the ranges of known counters, and a hash per block of counters of what is deleted. Deletes
 * carry no id of their own, so they are compared by these hashes, and a block that differs is sent whole.
 */
final class VersionSummary {
    private static final int VERSION = 1;
    private static final int BLOCK_BITS = 12;
    private static final int HASH_BYTES = 8;
    private static final long EMPTY_HASH = 0x811c9dc59e3779b9L;

    private static final class OfSite {
        final Ranges known = new Ranges();
        final Ranges deleted = new Ranges();
        /** Block number to hash. */
        TreeMap<Long, Long> hashes = new TreeMap<>();
    }

    private static final OfSite NOTHING = new OfSite();

    private final TreeMap<String, OfSite> bySite = new TreeMap<>();

    private VersionSummary() {}

    static VersionSummary of(Core core) {
        SiteTable sites = core.sites;
        PendingBuffer pending = core.pending;
        VersionSummary version = new VersionSummary();
        for (int site = 0; site < sites.size(); site++) {
            OfSite summary = new OfSite();
            addTree(core.runs, sites.index(site), summary);
            for (Insertion insertion : pending.inserts(site)) {
                summary.known.add(insertion.counter(), insertion.end());
                if (insertion.value() == null) {
                    summary.deleted.add(insertion.counter(), insertion.end());
                }
            }
            Ranges deletes = pending.deletes(site);
            if (deletes != null) {
                deletes.ranges().forEach(summary.deleted::add);
            }
            if (!summary.known.isEmpty() || !summary.deleted.isEmpty()) {
                summary.hashes = hashes(summary.deleted);
                version.bySite.put(sites.name(site), summary);
            }
        }
        return version;
    }

    private static void addTree(Runs runs, SiteIndex index, OfSite summary) {
        long knownFrom = 0;
        long knownTo = 0;
        for (int run = index.first(); run >= 0; run = index.after(run)) {
            long from = runs.counter[run];
            long to = from + runs.length[run];
            if (from != knownTo) {
                if (knownTo > knownFrom) {
                    summary.known.add(knownFrom, knownTo);
                }
                knownFrom = from;
            }
            knownTo = to;
            if (runs.isDead(run)) {
                summary.deleted.add(from, to);
            }
        }
        if (knownTo > knownFrom) {
            summary.known.add(knownFrom, knownTo);
        }
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter();
        out.raw('C');
        out.raw('V');
        out.raw(VERSION);
        out.varint(bySite.size());
        bySite.forEach((name, summary) -> {
            out.site(name);
            out.varint(summary.known.count());
            long at = 1;
            for (Map.Entry<Long, Long> range : summary.known.ranges().entrySet()) {
                out.varint(range.getKey() - at);
                out.varint(range.getValue() - range.getKey() - 1);
                at = range.getValue();
            }
            out.varint(summary.hashes.size());
            long block = -1;
            for (Map.Entry<Long, Long> hash : summary.hashes.entrySet()) {
                out.varint(hash.getKey() - block - 1);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    out.raw((int) (hash.getValue() >>> shift) & 0xff);
                }
                block = hash.getKey();
            }
        });
        return out.toBytes();
    }

    static VersionSummary read(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        in.expect('C', "not a version");
        in.expect('V', "not a version");
        in.expectVersion(VERSION, "a version summary");
        VersionSummary version = new VersionSummary();
        int sites = in.count(4);
        String previous = "";
        for (int i = 0; i < sites; i++) {
            String name = in.site();
            if (name.compareTo(previous) <= 0) {
                throw new MalformedStateException("sites are not in ascending order");
            }
            previous = name;
            version.bySite.put(name, readSite(in));
        }
        in.expectEnd("version");
        return version;
    }

    private static OfSite readSite(ByteReader in) {
        OfSite summary = new OfSite();
        int ranges = in.count(2);
        long at = 1;
        for (int i = 0; i < ranges; i++) {
            long from = at + in.varint();
            long to = from + in.varint() + 1;
            if (to > ElementId.MAX_COUNTER + 1) {
                throw new MalformedStateException("a range passes 2^53-1");
            }
            summary.known.add(from, to);
            at = to;
        }
        int blocks = in.count(1 + HASH_BYTES);
        long block = -1;
        for (int i = 0; i < blocks; i++) {
            block += in.varint() + 1;
            long hash = 0;
            for (int b = 0; b < HASH_BYTES; b++) {
                hash = hash << 8 | in.raw();
            }
            summary.hashes.put(block, hash);
        }
        return summary;
    }

    /** What the given document has and is missing from this version. */
    DecodedState missing(Core core) {
        Runs runs = core.runs;
        SiteTable sites = core.sites;
        VersionSummary ours = of(core);
        DecodedState waiting = StateWriter.waiting(sites, core.pending);
        List<DecodedState.Run> inserts = new ArrayList<>();
        List<DecodedState.Range> deletes = new ArrayList<>();
        int waitingAt = 0;
        for (Map.Entry<String, OfSite> entry : ours.bySite.entrySet()) {
            String name = entry.getKey();
            OfSite theirs = bySite.getOrDefault(name, NOTHING);
            Ranges fresh = new Ranges();
            List<DecodedState.Run> ofSite = new ArrayList<>();
            SiteIndex index = sites.index(sites.find(name));
            for (int run = index.first(); run >= 0; run = index.after(run)) {
                long end = runs.counter[run] + runs.length[run];
                for (long from = unknown(theirs, runs.counter[run], end); from < end; ) {
                    long to = theirs.known.nextStart(from, end);
                    ofSite.add(part(core, run, from, to));
                    from = unknown(theirs, to, end);
                }
            }
            for (;
                    waitingAt < waiting.inserts().size()
                            && waiting.inserts().get(waitingAt).site().equals(name);
                    waitingAt++) {
                DecodedState.Run row = waiting.inserts().get(waitingAt);
                long end = row.counter() + row.length();
                if (unknown(theirs, row.counter(), end) < end) {
                    ofSite.add(row);
                }
            }
            ofSite.sort((a, b) -> Long.compare(a.counter(), b.counter()));
            for (DecodedState.Run run : ofSite) {
                fresh.add(run.counter(), run.counter() + run.length());
                StateWriter.append(run, inserts);
            }
            addDeletes(name, entry.getValue(), theirs, fresh, deletes);
        }
        return new DecodedState(inserts, deletes);
    }

    /**
     * What a state says and the document that this was made {@link #of} has not seen. Only such a summary knows which elements are
     * deleted.
     *
     * @param inserts in the order in which they are wanted
     */
    DecodedState unseen(List<DecodedState.Run> inserts, List<DecodedState.Range> deletes) {
        DecodedState unseen = new DecodedState(new ArrayList<>(), new ArrayList<>());
        for (DecodedState.Run run : inserts) {
            OfSite ours = bySite.getOrDefault(run.site(), NOTHING);
            for (long from = unknown(ours, run.counter(), run.end()); from < run.end(); ) {
                long to = ours.known.nextStart(from, run.end());
                unseen.inserts().add(run.part(from, to));
                from = unknown(ours, to, run.end());
            }
            if (run.value() == null) {
                for (long from = ours.known.nextStart(run.counter(), run.end()); from < run.end(); ) {
                    long to = unknown(ours, from, run.end());
                    addUndeleted(run.site(), ours, from, to, unseen.deletes());
                    from = ours.known.nextStart(to, run.end());
                }
            }
        }
        for (DecodedState.Range range : deletes) {
            OfSite ours = bySite.getOrDefault(range.site(), NOTHING);
            addUndeleted(range.site(), ours, range.from(), range.to(), unseen.deletes());
        }
        return unseen;
    }

    private static void addUndeleted(String site, OfSite ours, long from, long to, List<DecodedState.Range> target) {
        for (long at = ours.deleted.endOf(from); at < to; ) {
            long end = ours.deleted.nextStart(at, to);
            target.add(new DecodedState.Range(site, at, end));
            at = ours.deleted.endOf(end);
        }
    }

    /** The first counter from {@code from} on that a site's summary does not know, or {@code end}. */
    private static long unknown(OfSite summary, long from, long end) {
        return Math.min(end, summary.known.endOf(from));
    }

    /** The elements of a run with counters {@code from} to {@code to - 1}. */
    static DecodedState.Run part(Core core, int run, long from, long to) {
        Runs runs = core.runs;
        RunTree tree = core.tree;
        int at = (int) (from - runs.counter[run]);
        int length = (int) (to - from);
        String text = null;
        if (!runs.isDead(run)) {
            tree.moveTo(run);
            int textStart = tree.unitsBefore();
            int start = textStart + tree.units(textStart, run, at);
            int end = textStart + tree.units(textStart, run, at + length);
            char[] copy = new char[end - start];
            tree.leaf.copyText(start, end, copy, 0);
            text = new String(copy);
        }
        // After the text, for it moves the place away from the run.
        Anchor anchor = core.placement.anchorOf(run, at);
        return new DecodedState.Run(core.sites.name(runs.site[run]), from, length, text, anchor);
    }

    private static void addDeletes(
            String name, OfSite ours, OfSite theirs, Ranges fresh, List<DecodedState.Range> target) {
        Ranges send = new Ranges();
        ours.hashes.forEach((block, hash) -> {
            if (!hash.equals(theirs.hashes.get(block))) {
                long start = block << BLOCK_BITS;
                long end = start + (1L << BLOCK_BITS);
                for (long from = ours.deleted.nextStart(start, end); from < end; ) {
                    long to = Math.min(end, ours.deleted.endOf(from));
                    send.add(from, to);
                    from = ours.deleted.nextStart(to, end);
                }
            }
        });
        fresh.ranges().forEach(send::remove);
        send.ranges().forEach((from, to) -> {
            for (long at = from; at < to; ) {
                long end = Math.min(to, at + Document.MAX_ELEMENTS);
                target.add(new DecodedState.Range(name, at, end));
                at = end;
            }
        });
    }

    private static TreeMap<Long, Long> hashes(Ranges deleted) {
        TreeMap<Long, Long> hashes = new TreeMap<>();
        deleted.ranges().forEach((from, to) -> {
            for (long at = from; at < to; ) {
                long block = at >>> BLOCK_BITS;
                long start = block << BLOCK_BITS;
                long end = Math.min(to, start + (1L << BLOCK_BITS));
                long before = hashes.getOrDefault(block, EMPTY_HASH);
                hashes.put(block, mix(before, (int) ((at - start) * 8192 + (end - start))));
                at = end;
            }
        });
        return hashes;
    }

    private static long mix(long hash, int value) {
        int h1 = ((int) (hash >>> 32) ^ value) * 0x01000193;
        h1 ^= h1 >>> 15;
        int h2 = ((int) hash + value) * 0x85ebca6b;
        h2 ^= h2 >>> 13;
        return (long) h1 << 32 | (h2 & 0xffffffffL);
    }
}
