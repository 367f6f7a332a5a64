package dev.concord.crdt;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings inserts and deletes into the tree, in whatever order and however often they come: recognises what is known,
 * refuses ids that have two meanings, keeps what is not causally ready and releases it, iteratively, when its anchor arrives.
 */
final class Integrator {
    private final Core core;
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Placement placement;
    private final Tombstones tombstones;
    private final PendingBuffer pending;
    private final TypedRun typed;

    Integrator(Core core) {
        this.core = core;
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.placement = core.placement;
        this.tombstones = core.tombstones;
        this.pending = core.pending;
        this.typed = core.typed;
    }

    /**
     * Applies an insert given by its fields; the common case, all new and its anchor here while nothing waits, goes straight in.
     *
     * @param anchorSite the number of the anchor's site, {@link Runs#NO_SITE} for the head
     * @param verdict what {@link #check} said of the insert, when nothing has changed since; else null
     * @throws CrdtException when it is refused; nothing was changed
     */
    Outcome insert(
            int site,
            long counter,
            int length,
            String value,
            int anchorSite,
            long anchorCounter,
            Side anchorSide,
            @Nullable Outcome verdict,
            ChangeSink changes) {
        if (isPlain(site, counter)) {
            boolean follows = anchorCounter == counter - 1 && anchorSite == site && anchorSide == Side.AFTER;
            if (follows && length == 1 && value.length() == 1 && typed.takes(site, counter)) {
                changes.insert(typed.add(value.charAt(0)), value, 0, 1);
                return Outcome.APPLIED;
            }
            core.checkRoom(length);
            if (follows) {
                int last = tree.lastRun();
                if (last >= 0 && placement.goesOn(last, runs.length[last] - 1, site, counter, value)) {
                    int offset = tree.extend(value, 0, value.length(), length);
                    sites.reached(site, counter + length);
                    typed.open(offset + value.length());
                    changes.insert(offset, value, 0, value.length());
                    return Outcome.APPLIED;
                }
            }
            int run = anchorSite == Runs.NO_SITE ? Runs.HEAD : runOf(anchorSite, anchorCounter);
            if (run >= 0) {
                int at = (int) (anchorCounter - runs.counter[run]);
                typed.open(placeText(site, counter, length, value, 0, value.length(), run, at, anchorSide, changes));
                return Outcome.APPLIED;
            }
        }
        ElementId anchor =
                anchorSite == Runs.NO_SITE ? ElementId.HEAD : new ElementId(sites.name(anchorSite), anchorCounter);
        Insertion insertion = new Insertion(site, counter, length, value, new Anchor(anchor, anchorSide));
        Outcome outcome = verdict == null ? check(insertion) : verdict;
        if (outcome != Outcome.DUPLICATE) {
            insertChecked(insertion, changes);
        }
        return outcome;
    }

    /** Applies an insert that {@link #check} or {@link #compare} let through, or that is new for certain. */
    void insertChecked(Insertion insertion, ChangeSink changes) {
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
    Outcome delete(int site, long from, long to, ChangeSink changes) {
        if (pending.deleteElements() + (to - from) > Document.MAX_ELEMENTS) {
            checkDelete(site, from, to);
        }
        return deleteChecked(site, from, to, changes);
    }

    /** Applies a delete of which not too much waits. */
    Outcome deleteChecked(int site, long from, long to, ChangeSink changes) {
        boolean buried = false;
        boolean waits = false;
        long at = from;
        while (at < to) {
            int run = runAtOrAfter(site, at);
            long start = run < 0 ? to : Math.min(to, runs.counter[run]);
            if (start > at) {
                if (pending.undeleted(site, at, start) > 0) {
                    pending.addDelete(site, at, start);
                    waits = true;
                }
                at = start;
                continue;
            }
            start = runs.counter[run];
            long end = Math.min(to, start + runs.length[run]);
            if (!runs.isDead(run)) {
                tree.moveTo(run);
                int size = tombstones.bury((int) (at - start), (int) (end - at));
                changes.remove(tombstones.buriedAt, size);
                buried = true;
            }
            at = end;
        }
        return waits ? Outcome.PENDING : buried ? Outcome.APPLIED : Outcome.DUPLICATE;
    }

    /**
     * What would become of an operation. Changes nothing.
     *
     * @throws CrdtException when it would be refused
     */
    Outcome check(Operation op) {
        int site = sites.find(op.id().site());
        long counter = op.id().counter();
        if (op instanceof Operation.Insert insert) {
            if (site == Runs.NO_SITE || isPlain(site, counter)) {
                core.checkRoom(insert.length());
                return isHere(insert.anchor().element()) ? Outcome.APPLIED : Outcome.PENDING;
            }
            return check(new Insertion(site, counter, insert.length(), insert.value(), insert.anchor()));
        }
        return checkDelete(site, counter, counter + op.length());
    }

    private Outcome check(Insertion insertion) {
        int unknown = compare(insertion);
        core.checkRoom(unknown);
        if (unknown == 0) {
            return Outcome.DUPLICATE;
        }
        return isHere(insertion.anchor().element()) ? Outcome.APPLIED : Outcome.PENDING;
    }

    private Outcome checkDelete(int site, long from, long to) {
        long waits = waiting(site, from, to);
        checkWaiting(waits);
        return waits > 0 ? Outcome.PENDING : shows(site, from, to) ? Outcome.APPLIED : Outcome.DUPLICATE;
    }

    /** How many elements of a range are not in the tree and not known as deleted: of a delete of the range, these would wait. */
    private long waiting(int site, long from, long to) {
        if (site == Runs.NO_SITE) {
            return to - from;
        }
        long waits = 0;
        long at = from;
        while (at < to) {
            int run = runAtOrAfter(site, at);
            long start = run < 0 ? to : Math.min(to, runs.counter[run]);
            if (start > at) {
                waits += pending.undeleted(site, at, start);
                at = start;
            } else {
                at = runs.counter[run] + runs.length[run];
            }
        }
        return waits;
    }

    /** Whether an element of a range is visible. */
    private boolean shows(int site, long from, long to) {
        if (site == Runs.NO_SITE) {
            return false;
        }
        int run = runAtOrAfter(site, from);
        while (run >= 0 && runs.counter[run] < to) {
            if (!runs.isDead(run)) {
                return true;
            }
            run = sites.index(site).after(run);
        }
        return false;
    }

    /** The run that holds an element, else the next one of its site, or -1. */
    private int runAtOrAfter(int site, long counter) {
        int run = runOf(site, counter);
        return run >= 0 ? run : sites.index(site).ceiling(counter);
    }

    /** Refuses that the deletes of so many more elements wait. */
    private void checkWaiting(long more) {
        if (more > 0 && pending.deleteElements() + more > Document.MAX_ELEMENTS) {
            throw new InvalidOperationException(
                    "length", "deletes of more than 2^30 elements would wait in this document");
        }
    }

    /**
     * Compares the parts of a state with what is here. Changes nothing.
     *
     * @throws CrdtException when {@link #insertAll} or {@link #deleteAll} must not take a part of it
     */
    void checkAll(List<DecodedState.Run> placed, List<DecodedState.Run> waiting, List<DecodedState.Range> deletes) {
        core.checkRoom(unknown(placed) + unknown(waiting));
        long waits = 0;
        for (DecodedState.Range range : deletes) {
            waits += waiting(sites.find(range.site()), range.from(), range.to());
        }
        checkWaiting(waits);
    }

    private long unknown(List<DecodedState.Run> inserts) {
        long unknown = 0;
        for (DecodedState.Run run : inserts) {
            int site = sites.find(run.site());
            unknown += site == Runs.NO_SITE || isPlain(site, run.counter())
                    ? run.length()
                    : compare(new Insertion(site, run.counter(), run.length(), run.value(), run.anchor()));
        }
        return unknown;
    }

    /** Applies inserts that {@link #checkAll} let through. */
    void insertAll(List<DecodedState.Run> inserts, ChangeSink changes) {
        for (DecodedState.Run run : inserts) {
            int site = sites.intern(run.site());
            String value = run.value();
            ElementId anchor = run.anchor().element();
            if (value == null) {
                insertChecked(new Insertion(site, run.counter(), run.length(), null, run.anchor()), changes);
            } else {
                insert(
                        site,
                        run.counter(),
                        run.length(),
                        value,
                        anchor.isHead() ? Runs.NO_SITE : sites.intern(anchor.site()),
                        anchor.counter(),
                        run.anchor().side(),
                        Outcome.APPLIED,
                        changes);
            }
        }
    }

    /** Applies deletes that {@link #checkAll} let through. */
    void deleteAll(List<DecodedState.Range> deletes, ChangeSink changes) {
        for (DecodedState.Range range : deletes) {
            deleteChecked(sites.intern(range.site()), range.from(), range.to(), changes);
        }
    }

    private boolean isHere(ElementId id) {
        if (id.isHead()) {
            return true;
        }
        int site = sites.find(id.site());
        return site != Runs.NO_SITE && (id.counter() == sites.end(site) - 1 || runOf(site, id.counter()) >= 0);
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
        deleteChecked(dead.site(), dead.counter(), knownEnd(dead.site(), dead.counter(), dead.end()), changes);
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
     *
     * @return how many of the elements are not known
     * @throws ConflictException when an element is known with another anchor or value
     */
    private int compare(Insertion insertion) {
        int unknown = insertion.length();
        SiteIndex index = sites.index(insertion.site());
        String name = sites.name(insertion.site());
        int run = index.ceiling(insertion.counter());
        while (run >= 0 && runs.counter[run] < insertion.end()) {
            long from = Math.max(insertion.counter(), runs.counter[run]);
            long to = Math.min(insertion.end(), runs.counter[run] + runs.length[run]);
            int at = (int) (from - runs.counter[run]);
            compareAnchor(name, from, insertion.anchorAt(from, name), placement.anchorOf(run, at));
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
            unknown -= part.length();
            run = index.after(run);
        }
        for (Insertion waiting : pending.overlapping(insertion)) {
            long from = Math.max(insertion.counter(), waiting.counter());
            long to = Math.min(insertion.end(), waiting.end());
            compareAnchor(name, from, insertion.anchorAt(from, name), waiting.anchorAt(from, name));
            compareWaiting(name, insertion, waiting, from, to);
            unknown -= (int) (to - from);
        }
        return unknown;
    }

    /** Compares values but for the elements that are to be deleted: where either side is a tombstone, there is no value. */
    private void compareWaiting(String name, Insertion arriving, Insertion waiting, long from, long to) {
        Ranges deleted = pending.deletes(arriving.site());
        long at = from;
        while (at < to) {
            long end = to;
            if (deleted != null) {
                at = Math.min(to, deleted.endOf(at));
                end = deleted.nextStart(at, to);
            }
            if (at < end) {
                compareValue(
                        name,
                        at,
                        arriving.part(at, end, name).value(),
                        waiting.part(at, end, name).value());
            }
            at = end;
        }
    }

    private static void compareAnchor(String site, long counter, Anchor arriving, Anchor known) {
        if (!arriving.equals(known)) {
            throw new ConflictException(new ElementId(site, counter), "is known with another anchor");
        }
    }

    private static void compareValue(String site, long counter, @Nullable String arriving, @Nullable String known) {
        if (arriving != null && known != null && !arriving.equals(known)) {
            throw new ConflictException(new ElementId(site, counter), "is known with another value");
        }
    }
}
