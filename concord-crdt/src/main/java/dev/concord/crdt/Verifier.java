package dev.concord.crdt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what would become of an operation, or of a state, and refuses what contradicts the document or passes its bounds. Changes nothing, so
 * that {@link Integrator} can change without looking back.
 */
final class Verifier {
    private final Core core;
    private final Runs runs;
    private final SiteTable sites;
    private final RunTree tree;
    private final Placement placement;
    private final PendingBuffer pending;

    Verifier(Core core) {
        this.core = core;
        this.runs = core.runs;
        this.sites = core.sites;
        this.tree = core.tree;
        this.placement = core.placement;
        this.pending = core.pending;
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
            if (site == Runs.NO_SITE || core.isPlain(site, counter)) {
                core.checkRoom(insert.length());
                return isHere(insert.anchor().element()) ? Outcome.APPLIED : Outcome.PENDING;
            }
            Insertion insertion = new Insertion(site, counter, insert.length(), insert.value(), insert.anchor());
            return outcome(insertion, unknown(insertion));
        }
        return checkDelete(site, counter, counter + op.length());
    }

    /** What would become of an insert of which so many elements are {@link #unknown}. */
    Outcome outcome(Insertion insertion, int unknown) {
        if (unknown == 0) {
            return Outcome.DUPLICATE;
        }
        return isHere(insertion.anchor().element()) ? Outcome.APPLIED : Outcome.PENDING;
    }

    /**
     * How many elements of an insert are new here. Changes nothing.
     *
     * @throws CrdtException when the insert would be refused
     */
    int unknown(Insertion insertion) {
        int unknown = compare(insertion);
        core.checkRoom(unknown);
        return unknown;
    }

    /** What would become of a delete. */
    Outcome checkDelete(int site, long from, long to) {
        long waits = waiting(site, from, to);
        checkWaiting(waits);
        return waits > 0 ? Outcome.PENDING : shows(site, from, to) ? Outcome.APPLIED : Outcome.DUPLICATE;
    }

    /** How many elements of a delete would wait. */
    long waiting(Operation.Delete delete) {
        long from = delete.id().counter();
        return waiting(sites.find(delete.id().site()), from, from + delete.length());
    }

    /** How many elements of a range are not in the tree and not known as deleted: of a delete of the range, these would wait. */
    private long waiting(int site, long from, long to) {
        if (site == Runs.NO_SITE) {
            return to - from;
        }
        long waits = 0;
        long at = from;
        while (at < to) {
            int run = core.runAtOrAfter(site, at);
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
        int run = core.runAtOrAfter(site, from);
        while (run >= 0 && runs.counter[run] < to) {
            if (!runs.isDead(run)) {
                return true;
            }
            run = sites.index(site).after(run);
        }
        return false;
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
     * @throws CrdtException when {@link Integrator#insertAll} or {@link Integrator#deleteAll} must not take a part of it
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
            unknown += site == Runs.NO_SITE || core.isPlain(site, run.counter())
                    ? run.length()
                    : compare(new Insertion(site, run.counter(), run.length(), run.value(), run.anchor()));
        }
        return unknown;
    }

    private boolean isHere(ElementId id) {
        if (id.isHead()) {
            return true;
        }
        int site = sites.find(id.site());
        return site != Runs.NO_SITE && (id.counter() == sites.end(site) - 1 || core.runOf(site, id.counter()) >= 0);
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
