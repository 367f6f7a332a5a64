package dev.concord.yjs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What cannot be taken in yet: structs whose causes, and deletions whose targets, have not been seen. The structs of a client wait
 * together for what the first of them is missing. It is noted how far clients have to come before it is worth another try; until then
 * structs may wait that are ready, and some that are known by now. All updates are O(log n).
 */
final class Pending {
    /** A struct, alone in its columns, without its first clocks. */
    record Piece(Structs structs, long offset) {
        long clock() {
            return structs.clock[0] + offset;
        }

        long end() {
            return structs.end(0);
        }

        int weight() {
            return structs.weight(0);
        }
    }

    private final TreeMap<Long, TreeMap<Long, Piece>> chains = new TreeMap<>((a, b) -> Long.compare(b, a));
    /** By client, a clock that it has not reached: all that waits is tried again as soon as one of them has that clock. */
    private final Map<Long, Long> missing = new HashMap<>();

    private final TreeMap<Long, Ranges> deletes = new TreeMap<>((a, b) -> Long.compare(b, a));
    private int structs;
    private int deleteRanges;
    private long bytes;

    boolean isEmpty() {
        return structs == 0 && deleteRanges == 0;
    }

    boolean hasStructs() {
        return structs > 0;
    }

    boolean hasDeletes() {
        return deleteRanges > 0;
    }

    int count() {
        return structs + deleteRanges;
    }

    long bytes() {
        return bytes;
    }

    /** Keeps what is not kept yet of a struct. Of two that overlap the one that begins first has the clocks. */
    void add(Structs in, int i) {
        TreeMap<Long, Piece> chain = chains.computeIfAbsent(in.client[i], c -> new TreeMap<>());
        long at = in.clock[i];
        long end = in.end(i);
        Map.Entry<Long, Piece> floor = chain.floorEntry(at);
        if (floor != null && floor.getValue().end() > at) {
            at = floor.getValue().end();
        }
        while (chain.containsKey(at) && at < end) {
            at = chain.get(at).end();
        }
        if (at >= end) {
            return;
        }
        for (Map.Entry<Long, Piece> next = chain.ceilingEntry(at);
                next != null && next.getKey() < end;
                next = chain.ceilingEntry(at)) {
            drop(chain, next.getKey());
            if (next.getValue().end() > end) {
                Structs rest = next.getValue().structs;
                put(chain, new Piece(rest, end - rest.clock[0]));
            }
        }
        put(chain, new Piece(in.alone(i), at - in.clock[i]));
    }

    private void put(TreeMap<Long, Piece> chain, Piece piece) {
        chain.put(piece.clock(), piece);
        structs++;
        bytes += piece.weight();
    }

    private void drop(TreeMap<Long, Piece> chain, long clock) {
        Piece piece = chain.remove(clock);
        if (piece != null) {
            structs--;
            bytes -= piece.weight();
        }
    }

    /** Whether all clocks of a struct wait already. */
    boolean covers(Structs in, int i) {
        TreeMap<Long, Piece> chain = chains.get(in.client[i]);
        if (chain == null) {
            return false;
        }
        long at = in.clock[i];
        while (at < in.end(i)) {
            Map.Entry<Long, Piece> floor = chain.floorEntry(at);
            if (floor == null || floor.getValue().end() <= at) {
                return false;
            }
            at = floor.getValue().end();
        }
        return true;
    }

    /** The first waiting struct of a client, null when there is none. */
    @Nullable
    Piece first(long client) {
        TreeMap<Long, Piece> chain = chains.get(client);
        return chain == null ? null : chain.firstEntry().getValue();
    }

    /** The clock of what the first waiting struct of a client stands after, -1 when that is nothing or nothing waits. */
    long firstOrigin(long client) {
        Piece piece = first(client);
        return piece == null || piece.structs().originClient[0] == Structs.NONE ? -1 : piece.structs().originClock[0];
    }

    void removeFirst(long client) {
        TreeMap<Long, Piece> chain = chains.get(client);
        if (chain != null) {
            drop(chain, chain.firstKey());
            if (chain.isEmpty()) {
                chains.remove(client);
            }
        }
    }

    /** Something waits until a client has this clock. */
    void waitFor(long client, long clock) {
        missing.merge(client, clock, Math::min);
    }

    /** Whether a client that has grown has a clock that something waits for. */
    boolean isDue(Transaction tx) {
        if (structs == 0) {
            return false;
        }
        for (int i = 0; i < tx.touchedCount; i++) {
            Long clock = missing.get(tx.touched[i].id);
            if (clock != null && clock < tx.touched[i].end) {
                return true;
            }
        }
        return false;
    }

    /** The clients whose structs wait, highest first. What they wait for is forgotten: each of them is tried again. */
    List<Long> startAgain() {
        missing.clear();
        return new ArrayList<>(chains.keySet());
    }

    /** Lets all wait that waits in another document, and for the same. */
    void addAll(Pending other) {
        other.chains.forEach((client, chain) -> chain.values().forEach(piece -> {
            put(chains.computeIfAbsent(client, c -> new TreeMap<>()), piece);
        }));
        other.missing.forEach(this::waitFor);
        other.deletes.forEach((client, ranges) -> ranges.ranges().forEach((from, to) -> addDeletes(client, from, to)));
    }

    void addDeletes(long client, long from, long to) {
        Ranges ranges = deletes.computeIfAbsent(client, c -> new Ranges());
        deleteRanges -= ranges.count();
        ranges.add(from, to);
        deleteRanges += ranges.count();
    }

    /** The deletions that wait for a client's structs, null when there are none. */
    @Nullable
    Ranges deletesOf(long client) {
        return deleteRanges == 0 ? null : deletes.get(client);
    }

    void removeDeletesBelow(long client, long clock) {
        Ranges ranges = deletes.get(client);
        if (ranges != null) {
            deleteRanges -= ranges.count();
            ranges.removeBelow(clock);
            deleteRanges += ranges.count();
            if (ranges.isEmpty()) {
                deletes.remove(client);
            }
        }
    }

    /** By client, highest first, the waiting structs by their first clocks. */
    Map<Long, TreeMap<Long, Piece>> structs() {
        return chains;
    }

    /** By client, highest first. */
    Map<Long, Ranges> deletes() {
        return deletes;
    }

    /** Fails when what waits is counted wrongly or nothing would take it in; for the tests. */
    void checkInvariants(Store store) {
        int ofStructs = 0;
        int ofDeletes = 0;
        long ofBytes = 0;
        for (Map.Entry<Long, TreeMap<Long, Piece>> chain : chains.entrySet()) {
            Invariants.require(!chain.getValue().isEmpty(), "an empty chain");
            long end = 0;
            for (Map.Entry<Long, Piece> piece : chain.getValue().entrySet()) {
                Invariants.require(
                        piece.getKey() == piece.getValue().clock() && piece.getKey() >= end, "waiting structs overlap");
                end = piece.getValue().end();
                ofStructs++;
                ofBytes += piece.getValue().weight();
            }
        }
        Invariants.require(missing.isEmpty() == chains.isEmpty(), "structs that nothing releases");
        missing.forEach((client, clock) -> {
            Client known = store.find(client);
            Invariants.require(known == null || known.end <= clock, "structs wait for what is here");
        });
        for (Map.Entry<Long, Ranges> of : deletes.entrySet()) {
            ofDeletes += of.getValue().count();
            Client known = store.find(of.getKey());
            Invariants.require(
                    known == null || of.getValue().nextStart(0, Long.MAX_VALUE) >= known.end,
                    "a deletion waits for what is here");
        }
        Invariants.require(ofStructs == structs && ofDeletes == deleteRanges, "the number of what waits");
        Invariants.require(ofBytes == bytes, "the bytes of what waits");
    }
}
