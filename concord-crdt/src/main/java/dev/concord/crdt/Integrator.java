package dev.concord.crdt;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings inserts and deletes into the tree, in whatever order and however often they come: passes over what is known,
 * keeps what is not causally ready and releases it, iteratively, when its anchor arrives.
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
    private final ChangeBuffer buffer = new ChangeBuffer();

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
     * @param verdict what {@link Verifier#check(Operation)} said of the insert, when nothing has changed since; else null
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
        boolean follows = anchorCounter == counter - 1 && anchorSite == site && anchorSide == Side.AFTER;
        if (follows && length == 1 && value.length() == 1 && type(site, counter, value, changes)) {
            return Outcome.APPLIED;
        }
        if (core.isPlain(site, counter)) {
            core.checkRoom(length);
            if (follows && goOn(site, counter, length, value, changes)) {
                return Outcome.APPLIED;
            }
            int run = anchorSite == Runs.NO_SITE ? Runs.HEAD : core.runOf(anchorSite, anchorCounter);
            if (run >= 0) {
                int at = (int) (anchorCounter - runs.counter[run]);
                placePlain(site, counter, length, value, run, at, anchorSide, changes);
                return Outcome.APPLIED;
            }
        }
        ElementId anchor =
                anchorSite == Runs.NO_SITE ? ElementId.HEAD : new ElementId(sites.name(anchorSite), anchorCounter);
        return insert(new Insertion(site, counter, length, value, new Anchor(anchor, anchorSide)), verdict, changes);
    }

    /** Applies an insert of one UTF-16 unit {@code after} the element before it, if it goes on in the run that is being typed. */
    boolean type(int site, long counter, String value, ChangeSink changes) {
        if (pending.count() > 0 || !typed.takes(site, counter)) {
            return false;
        }
        changes.insert(typed.add(value.charAt(0)), value, 0, 1);
        return true;
    }

    /** Places an insert at the end of the run at the tree's place, if it goes on there. */
    private boolean goOn(int site, long counter, int length, String value, ChangeSink changes) {
        int last = tree.lastRun();
        if (last < 0 || !placement.goesOn(last, runs.length[last] - 1, site, counter, value)) {
            return false;
        }
        int offset = tree.extend(value, 0, value.length(), length);
        sites.reached(site, counter + length);
        typed.open(offset + value.length());
        changes.insert(offset, value, 0, value.length());
        return true;
    }

    /** Places an insert of which all is new, while nothing waits. */
    private void placePlain(
            int site, long counter, int length, String value, int run, int at, Side side, ChangeSink changes) {
        // Long text is placed in pieces: no change is reported before all are there.
        ChangeSink sink = value.length() <= RunTree.MAX_RUN_CHARS ? changes : buffer.inFrontOf(changes);
        typed.open(placeText(site, counter, length, value, 0, value.length(), run, at, side, sink));
        deliver(sink, changes);
    }

    private Outcome insert(Insertion insertion, @Nullable Outcome verdict, ChangeSink changes) {
        int unknown = verdict == null ? core.verifier.unknown(insertion) : 0;
        Outcome outcome = verdict == null ? core.verifier.outcome(insertion, unknown) : verdict;
        if (outcome == Outcome.PENDING) {
            // Its anchor is not here, so none of its elements is, and nothing waits for one that could come now.
            if (unknown == insertion.length()) {
                pending.keep(insertion);
            } else {
                pending.add(insertion);
            }
        } else if (outcome == Outcome.APPLIED) {
            ChangeSink sink = buffer.inFrontOf(changes);
            insertChecked(insertion, sink);
            deliver(sink, changes);
        }
        return outcome;
    }

    /** Hands on what was kept in the buffer, if it stood in front of the sink. */
    private void deliver(ChangeSink used, ChangeSink sink) {
        if (used != sink) {
            buffer.deliver(sink);
        }
    }

    /** Applies an insert that {@link Verifier} let through, or that is new for certain. */
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
            core.verifier.checkDelete(site, from, to);
        }
        int run = core.runOf(site, from);
        if (run >= 0 && to <= runs.counter[run] + runs.length[run]) {
            if (runs.isDead(run)) {
                return Outcome.DUPLICATE;
            }
            bury(run, from, to, changes);
            return Outcome.APPLIED;
        }
        ChangeSink sink = buffer.inFrontOf(changes);
        Outcome outcome = deleteChecked(site, from, to, sink);
        deliver(sink, changes);
        return outcome;
    }

    private void bury(int run, long from, long to, ChangeSink changes) {
        tree.moveTo(run);
        int size = tombstones.bury((int) (from - runs.counter[run]), (int) (to - from));
        changes.remove(tombstones.buriedAt, size);
    }

    /** Applies a delete of which not too much waits. */
    Outcome deleteChecked(int site, long from, long to, ChangeSink changes) {
        boolean buried = false;
        boolean waits = false;
        long at = from;
        while (at < to) {
            int run = core.runAtOrAfter(site, at);
            long start = run < 0 ? to : Math.min(to, runs.counter[run]);
            if (start > at) {
                if (pending.undeleted(site, at, start) > 0) {
                    pending.addDelete(site, at, start);
                    waits = true;
                }
                at = start;
                continue;
            }
            long end = Math.min(to, runs.counter[run] + runs.length[run]);
            if (!runs.isDead(run)) {
                bury(run, at, end, changes);
                buried = true;
            }
            at = end;
        }
        return waits ? Outcome.PENDING : buried ? Outcome.APPLIED : Outcome.DUPLICATE;
    }

    /** Applies inserts that {@link Verifier#checkAll} let through. */
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

    /** Applies deletes that {@link Verifier#checkAll} let through. */
    void deleteAll(List<DecodedState.Range> deletes, ChangeSink changes) {
        for (DecodedState.Range range : deletes) {
            deleteChecked(sites.intern(range.site()), range.from(), range.to(), changes);
        }
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

    /** Places visible text, long text in pieces. Returns the text offset after it. */
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
        sites.reached(site, counter + length);
        changes.insert(offset, text, start, to);
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
}
