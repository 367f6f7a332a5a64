package dev.concord.crdt;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Brings inserts and deletes into the tree, in whatever order and however often they come: recognises what is known,
 * refuses ids that have two meanings, keeps what is not causally ready and releases it, iteratively, when its anchor arrives.
 */
final class Integrator {
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Placement placement;
    private final Tombstones tombstones;
    private final PendingBuffer pending;
    private final TypedRun typed;

    Integrator(
            Runs runs,
            SiteTable sites,
            RunTree tree,
            Placement placement,
            Tombstones tombstones,
            PendingBuffer pending,
            TypedRun typed) {
        this.runs = runs;
        this.sites = sites;
        this.tree = tree;
        this.placement = placement;
        this.tombstones = tombstones;
        this.pending = pending;
        this.typed = typed;
    }

    /**
     * Applies an insert given by its fields; the common case, all new and its anchor here while nothing waits, goes straight in.
     *
     * @param anchorSite the number of the anchor's site, {@link Runs#NO_SITE} for the head
     */
    void insert(
            int site,
            long counter,
            int length,
            String value,
            int anchorSite,
            long anchorCounter,
            Side anchorSide,
            ChangeSink changes) {
        if (isPlain(site, counter)) {
            if (anchorCounter == counter - 1 && anchorSite == site && anchorSide == Side.AFTER) {
                if (length == 1 && value.length() == 1 && typed.takes(site, counter)) {
                    changes.insert(typed.add(value.charAt(0)), value, 0, 1);
                    return;
                }
                int last = tree.lastRun();
                if (last >= 0 && placement.goesOn(last, runs.length[last] - 1, site, counter, value)) {
                    int offset = tree.extend(value, 0, value.length(), length);
                    changes.insert(offset, value, 0, value.length());
                    sites.reached(site, counter + length);
                    typed.open(offset + value.length());
                    return;
                }
            }
            int run = anchorSite == Runs.NO_SITE ? Runs.HEAD : runOf(anchorSite, anchorCounter);
            if (run >= 0) {
                int at = (int) (anchorCounter - runs.counter[run]);
                typed.open(placeText(site, counter, length, value, 0, value.length(), run, at, anchorSide, changes));
                return;
            }
        }
        ElementId anchor =
                anchorSite == Runs.NO_SITE ? ElementId.HEAD : new ElementId(sites.name(anchorSite), anchorCounter);
        insert(new Insertion(site, counter, length, value, new Anchor(anchor, anchorSide)), changes);
    }

    /**
     * Applies an insert.
     *
     * @throws ConflictException when an element is known with another anchor or value; nothing was changed
     */
    void insert(Insertion insertion, ChangeSink changes) {
        check(insertion);
        if (insertion.value() == null) {
            buryKnown(insertion, changes);
        }
        ArrayDeque<Insertion> ready = new ArrayDeque<>();
        receive(insertion, changes, ready);
        for (Insertion next = ready.poll(); next != null; next = ready.poll()) {
            receive(next, changes, ready);
        }
    }

    /**
     * Applies a delete; what is not there yet waits.
     *
     * @throws InvalidOperationException when too much would wait; nothing was changed
     */
    void delete(int site, long from, long to, ChangeSink changes) {
        if (pending.elements() + (to - from) > PendingBuffer.MAX_ELEMENTS && !knows(site, from, to)) {
            throw new InvalidOperationException("length", "more than 2^30 elements would wait in this document");
        }
        SiteIndex index = sites.index(site);
        long at = from;
        while (at < to) {
            int run = runOf(site, at);
            if (run < 0) {
                run = index.ceiling(at);
            }
            if (run < 0 || runs.counter[run] >= to) {
                pending.addDelete(site, at, to);
                return;
            }
            long start = runs.counter[run];
            if (start > at) {
                pending.addDelete(site, at, start);
                at = start;
            }
            long end = Math.min(to, start + runs.length[run]);
            if (!runs.isDead(run)) {
                tree.moveTo(run);
                int size = tombstones.bury((int) (at - start), (int) (end - at));
                changes.remove(tombstones.buriedAt, size);
            }
            at = end;
        }
    }

    /** Whether all elements of the range are in the tree. */
    boolean knows(int site, long from, long to) {
        return knownEnd(site, from, to) == to;
    }

    /** Whether all elements are in the tree or waiting. */
    boolean knowsInsert(Insertion insertion) {
        long at = knownEnd(insertion.site(), insertion.counter(), insertion.end());
        for (Insertion waiting : pending.overlapping(insertion)) {
            if (waiting.counter() <= at) {
                at = Math.max(at, waiting.end());
            }
        }
        return at >= insertion.end();
    }

    /** Whether all elements are tombstones or will be as soon as they come. */
    boolean knowsDelete(int site, long from, long to) {
        SiteIndex index = sites.index(site);
        Ranges deletes = pending.deletes(site);
        long at = from;
        while (at < to) {
            int run = index.find(at);
            long end = at;
            if (run >= 0 && runs.isDead(run)) {
                end = runs.counter[run] + runs.length[run];
            } else if (run < 0) {
                end = deletes == null ? at : deletes.endOf(at);
                if (end == at) {
                    end = pending.deadEnd(site, at);
                }
            }
            if (end == at) {
                return false;
            }
            at = end;
        }
        return true;
    }

    private void receive(Insertion insertion, ChangeSink changes, ArrayDeque<Insertion> ready) {
        int site = insertion.site();
        long from = knownEnd(site, insertion.counter(), insertion.end());
        if (from == insertion.end()) {
            return;
        }
        Insertion rest = insertion.part(from, insertion.end(), sites.name(site));
        int anchorRun = sites.runOf(rest.anchor().element());
        if (anchorRun < 0) {
            pending.add(rest);
            return;
        }
        buryWaiting(rest);
        place(rest, anchorRun, changes);
        pending.release(site, rest.counter(), rest.end(), ready);
    }

    /** Whether nothing waits and all counters of the site from this one on are new: nothing then has to be looked up. */
    boolean isPlain(int site, long counter) {
        return counter >= sites.end(site) && pending.count() == 0;
    }

    /** The run that holds an element, -1 when it is not in the tree; the runs about the last edit are tried first. */
    int runOf(int site, long counter) {
        int run = tree.near(site, counter);
        return run >= 0 ? run : sites.index(site).find(counter);
    }

    /** Places visible text, long text in pieces. Returns the text offset behind it. */
    int placeText(
            int site,
            long counter,
            int length,
            String text,
            int from,
            int to,
            int anchorRun,
            int anchorAt,
            Side anchorSide,
            ChangeSink changes) {
        int run = anchorRun;
        int at = anchorAt;
        Side side = anchorSide;
        int start = from;
        long next = counter;
        int left = length;
        while (to - start > RunTree.MAX_RUN_CHARS) {
            int end = start + RunTree.MAX_RUN_CHARS;
            if (Character.isLowSurrogate(text.charAt(end))) {
                end--;
            }
            int points = text.codePointCount(start, end);
            int offset = placement.place(site, next, points, text, start, end, false, run, at, side);
            changes.insert(offset, text, start, end);
            run = tree.run();
            at = runs.length[run] - 1;
            side = Side.AFTER;
            next += points;
            left -= points;
            start = end;
        }
        int offset = placement.place(site, next, left, text, start, to, false, run, at, side);
        changes.insert(offset, text, start, to);
        sites.reached(site, counter + length);
        return offset + to - start;
    }

    /** Places all elements, those with a waiting delete as tombstones. */
    private void place(Insertion insertion, int anchorRun, ChangeSink changes) {
        int site = insertion.site();
        String value = insertion.value();
        Ranges deletes = pending.deletes(site);
        int run = anchorRun;
        int at = (int) (insertion.anchor().element().counter() - runs.counter[anchorRun]);
        Side side = insertion.anchor().side();
        long counter = insertion.counter();
        int from = 0;
        while (counter < insertion.end()) {
            long end = insertion.end();
            boolean dead = value == null;
            if (value != null && deletes != null) {
                long deadEnd = deletes.endOf(counter);
                dead = deadEnd > counter;
                end = dead ? Math.min(end, deadEnd) : deletes.nextStart(counter, end);
            }
            int length = (int) (end - counter);
            int to = value == null ? 0 : value.offsetByCodePoints(from, length);
            if (dead || value == null) {
                placement.place(site, counter, length, "", 0, 0, true, run, at, side);
            } else {
                placeText(site, counter, length, value, from, to, run, at, side, changes);
            }
            run = tree.run();
            at = runs.length[run] - 1;
            side = Side.AFTER;
            counter = end;
            from = to;
        }
        sites.reached(site, insertion.end());
        pending.removeDeletes(site, insertion.counter(), insertion.end());
    }

    /** Elements that wait as tombstones, and now come in a piece whose anchor is here, must not come to life. */
    private void buryWaiting(Insertion insertion) {
        for (Insertion waiting : pending.overlapping(insertion)) {
            if (waiting.value() == null) {
                pending.addDelete(
                        insertion.site(),
                        Math.max(insertion.counter(), waiting.counter()),
                        Math.min(insertion.end(), waiting.end()));
            }
        }
    }

    /** Elements that arrive as tombstones are deleted where they are known as visible. */
    private void buryKnown(Insertion dead, ChangeSink changes) {
        delete(dead.site(), dead.counter(), knownEnd(dead.site(), dead.counter(), dead.end()), changes);
        for (Insertion waiting : pending.overlapping(dead)) {
            pending.addDelete(
                    dead.site(), Math.max(dead.counter(), waiting.counter()), Math.min(dead.end(), waiting.end()));
        }
    }

    /** The first counter of the range that is not in the tree, or its end. */
    private long knownEnd(int site, long from, long to) {
        SiteIndex index = sites.index(site);
        long at = from;
        while (at < to) {
            int run = index.find(at);
            if (run < 0) {
                return at;
            }
            at = Math.min(to, runs.counter[run] + runs.length[run]);
        }
        return at;
    }

    /**
     * Compares what arrives with what is known under the same ids, in the tree and in the pending buffer. (When no
     * conflict is found, the known elements of the tree are a prefix: each hangs on the one before it.)
     */
    void check(Insertion insertion) {
        SiteIndex index = sites.index(insertion.site());
        String name = sites.name(insertion.site());
        int run = index.ceiling(insertion.counter());
        while (run >= 0 && runs.counter[run] < insertion.end()) {
            long from = Math.max(insertion.counter(), runs.counter[run]);
            long to = Math.min(insertion.end(), runs.counter[run] + runs.length[run]);
            int at = (int) (from - runs.counter[run]);
            checkAnchor(name, from, insertion.anchorAt(from, name), placement.anchorOf(run, at));
            Insertion part = insertion.part(from, to, name);
            String value = part.value();
            if (value != null && !runs.isDead(run)) {
                tree.moveTo(run);
                if (tree.units(tree.unitsBefore(), run, at + part.length()) - tree.units(tree.unitsBefore(), run, at)
                                != value.length()
                        || !tree.shows(at, value, 0, value.length())) {
                    throw new ConflictException(new ElementId(name, from), "is known with another value");
                }
            }
            run = index.after(run);
        }
        for (Insertion waiting : pending.overlapping(insertion)) {
            long from = Math.max(insertion.counter(), waiting.counter());
            long to = Math.min(insertion.end(), waiting.end());
            checkAnchor(name, from, insertion.anchorAt(from, name), waiting.anchorAt(from, name));
            checkWaiting(name, insertion, waiting, from, to);
        }
    }

    /** Compares values but for the elements that are to be deleted: where either side is a tombstone, there is no value. */
    private void checkWaiting(String name, Insertion arriving, Insertion waiting, long from, long to) {
        Ranges deleted = pending.deletes(arriving.site());
        long at = from;
        while (at < to) {
            long end = to;
            if (deleted != null) {
                at = Math.min(to, deleted.endOf(at));
                end = deleted.nextStart(at, to);
            }
            if (at < end) {
                checkValue(
                        name,
                        at,
                        arriving.part(at, end, name).value(),
                        waiting.part(at, end, name).value());
            }
            at = end;
        }
    }

    private static void checkAnchor(String site, long counter, Anchor arriving, Anchor known) {
        if (!arriving.equals(known)) {
            throw new ConflictException(new ElementId(site, counter), "is known with another anchor");
        }
    }

    private static void checkValue(String site, long counter, @Nullable String arriving, @Nullable String known) {
        if (arriving != null && known != null && !arriving.equals(known)) {
            throw new ConflictException(new ElementId(site, counter), "is known with another value");
        }
    }
}
