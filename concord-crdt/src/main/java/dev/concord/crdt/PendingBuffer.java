package dev.concord.crdt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What cannot be applied yet: inserts whose anchor, and deletes whose target, has not been seen. Held element by element, so
 * that it does not matter in which pieces something arrived. All updates are O(log n).
 */
final class PendingBuffer {
    private static final class OfSite {
        /** Waiting inserts of this site by first counter; they do not overlap. */
        final TreeMap<Long, Insertion> inserts = new TreeMap<>();
        /** Waiting inserts of any site by the counter of this site's element that they hang on. */
        final TreeMap<Long, List<Insertion>> waiters = new TreeMap<>();

        final Ranges deletes = new Ranges();
    }

    private final SiteTable sites;
    private final Map<Integer, OfSite> bySite = new HashMap<>();
    private int insertCount;
    private int deleteCount;
    private long insertElements;
    private long deleteElements;
    /** Counts what changes the buffer, but for what leaves it because it came into the tree. */
    int changes;

    PendingBuffer(SiteTable sites) {
        this.sites = sites;
    }

    /** How many runs and ranges wait. */
    int count() {
        return insertCount + deleteCount;
    }

    /** How many elements wait to be inserted or deleted. */
    long elements() {
        return insertElements + deleteElements;
    }

    /** How many elements wait to be inserted. */
    long insertElements() {
        return insertElements;
    }

    /** How many elements wait to be deleted. */
    long deleteElements() {
        return deleteElements;
    }

    /** Keeps an insert whose anchor is not there, without the elements that wait already. */
    void add(Insertion insertion) {
        String name = sites.name(insertion.site());
        long at = insertion.counter();
        for (Insertion known : overlapping(insertion)) {
            if (known.counter() > at) {
                keep(insertion.part(at, known.counter(), name));
            }
            at = Math.max(at, known.end());
        }
        if (at < insertion.end()) {
            keep(insertion.part(at, insertion.end(), name));
        }
    }

    /** The waiting inserts that share elements with this one, ascending. */
    List<Insertion> overlapping(Insertion insertion) {
        OfSite own = insertCount == 0 ? null : bySite.get(insertion.site());
        if (own == null || own.inserts.isEmpty()) {
            return List.of();
        }
        Map.Entry<Long, Insertion> last = own.inserts.lowerEntry(insertion.end());
        if (last == null || last.getValue().end() <= insertion.counter()) {
            return List.of();
        }
        List<Insertion> found = new ArrayList<>();
        Map.Entry<Long, Insertion> before = own.inserts.lowerEntry(insertion.counter());
        if (before != null && before.getValue().end() > insertion.counter()) {
            found.add(before.getValue());
        }
        found.addAll(own.inserts.subMap(insertion.counter(), insertion.end()).values());
        return found;
    }

    /** The end of the waiting insert that came as a tombstone and holds this element, or {@code counter} when there is none. */
    private static long deadEnd(OfSite own, long counter) {
        Map.Entry<Long, Insertion> found = own.inserts.floorEntry(counter);
        return found != null
                        && found.getValue().value() == null
                        && found.getValue().end() > counter
                ? found.getValue().end()
                : counter;
    }

    /** Moves the inserts that wait for one of these elements to the queue. */
    void release(int site, long from, long to, ArrayDeque<Insertion> queue) {
        OfSite anchors = insertCount == 0 ? null : bySite.get(site);
        if (anchors == null || anchors.waiters.isEmpty()) {
            return;
        }
        for (Map.Entry<Long, List<Insertion>> next = anchors.waiters.ceilingEntry(from);
                next != null && next.getKey() < to;
                next = anchors.waiters.ceilingEntry(from)) {
            for (Insertion insertion : next.getValue()) {
                of(insertion.site()).inserts.remove(insertion.counter());
                insertCount--;
                insertElements -= insertion.length();
                queue.add(insertion);
            }
            anchors.waiters.remove(next.getKey());
        }
    }

    void addDelete(int site, long from, long to) {
        changes++;
        Ranges deletes = of(site).deletes;
        deleteCount -= deletes.count();
        deleteElements -= deletes.total();
        deletes.add(from, to);
        deleteCount += deletes.count();
        deleteElements += deletes.total();
    }

    /** How many elements of a range, none of which is in the tree, neither wait as tombstones nor have a delete that waits. */
    long undeleted(int site, long from, long to) {
        OfSite own = bySite.get(site);
        if (own == null) {
            return to - from;
        }
        long undeleted = 0;
        long at = from;
        while (at < to) {
            long end = Math.max(own.deletes.endOf(at), deadEnd(own, at));
            if (end == at) {
                // Elements without a delete come one range at a time: up to the next delete or waiting insert.
                Long next = own.inserts.higherKey(at);
                end = own.deletes.nextStart(at, next == null ? to : Math.min(next, to));
                undeleted += end - at;
            }
            at = end;
        }
        return undeleted;
    }

    void removeDeletes(int site, long from, long to) {
        OfSite own = deleteCount == 0 ? null : bySite.get(site);
        if (own != null && !own.deletes.isEmpty()) {
            deleteCount -= own.deletes.count();
            deleteElements -= own.deletes.total();
            own.deletes.remove(from, to);
            deleteCount += own.deletes.count();
            deleteElements += own.deletes.total();
        }
    }

    /** The waiting deletes of a site, null when there are none. */
    @Nullable
    Ranges deletes(int site) {
        OfSite own = deleteCount == 0 ? null : bySite.get(site);
        return own == null || own.deletes.isEmpty() ? null : own.deletes;
    }

    /** The waiting inserts of a site, ascending. */
    Iterable<Insertion> inserts(int site) {
        OfSite own = bySite.get(site);
        return own == null ? List.of() : own.inserts.values();
    }

    /**
     * The highest counter of a site that anything here names, as an insert, as the anchor of one or as a delete: the site has used it. 0
     * when there is none.
     */
    long lastCounter(int site) {
        OfSite own = bySite.get(site);
        if (own == null) {
            return 0;
        }
        Map.Entry<Long, Insertion> insert = own.inserts.lastEntry();
        long last = insert == null ? 0 : insert.getValue().end() - 1;
        last = Math.max(last, own.waiters.isEmpty() ? 0 : own.waiters.lastKey());
        return Math.max(last, own.deletes.end() - 1);
    }

    /** Keeps an insert whose anchor is not there and of which no element waits. */
    void keep(Insertion insertion) {
        of(insertion.site()).inserts.put(insertion.counter(), insertion);
        changes++;
        insertCount++;
        insertElements += insertion.length();
        ElementId anchor = insertion.anchor().element();
        of(sites.intern(anchor.site()))
                .waiters
                .computeIfAbsent(anchor.counter(), c -> new ArrayList<>(1))
                .add(insertion);
    }

    private OfSite of(int site) {
        return bySite.computeIfAbsent(site, s -> new OfSite());
    }

    /** Fails when what waits is counted or listed wrongly, or need not wait; for the tests. */
    void checkInvariants() {
        int ofInserts = 0;
        int ofDeletes = 0;
        int ofWaiters = 0;
        long toInsert = 0;
        long toDelete = 0;
        for (Map.Entry<Integer, OfSite> entry : bySite.entrySet()) {
            long end = 0;
            for (Map.Entry<Long, Insertion> waiting : entry.getValue().inserts.entrySet()) {
                Insertion insertion = waiting.getValue();
                ElementId anchor = insertion.anchor().element();
                Invariants.require(
                        waiting.getKey() == insertion.counter() && insertion.counter() >= end,
                        "waiting inserts overlap");
                Invariants.require(sites.runOf(anchor) < 0, "an insert waits for " + anchor + ", which is here");
                List<Insertion> released = of(sites.find(anchor.site())).waiters.get(anchor.counter());
                Invariants.require(released != null && released.contains(insertion), "an insert that nothing releases");
                end = insertion.end();
                ofInserts++;
                toInsert += insertion.length();
            }
            for (List<Insertion> waiters : entry.getValue().waiters.values()) {
                ofWaiters += waiters.size();
            }
            Ranges deletes = entry.getValue().deletes;
            deletes.checkInvariants();
            for (Map.Entry<Long, Long> range : deletes.ranges().entrySet()) {
                int run = sites.index(entry.getKey()).ceiling(range.getKey());
                Invariants.require(
                        run < 0 || sites.id(run, 0).counter() >= range.getValue(), "a delete waits for what is here");
            }
            ofDeletes += deletes.count();
            toDelete += deletes.total();
        }
        Invariants.require(ofInserts == insertCount && ofWaiters == insertCount, "the number of waiting inserts");
        Invariants.require(ofDeletes == deleteCount, "the number of waiting deletes");
        Invariants.require(toInsert == insertElements, "the number of elements of waiting inserts");
        Invariants.require(toDelete == deleteElements, "the number of elements of waiting deletes");
    }
}
