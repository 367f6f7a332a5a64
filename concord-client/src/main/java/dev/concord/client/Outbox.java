package dev.concord.client;

import dev.concord.crdt.Operation;
import dev.concord.wire.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The operations that the server has not acknowledged, in the order of their making. What is made while nothing can be sent grows into
 * few entries; the store keeps the single operations, so that it only ever appends.
 */
final class Outbox {
    private static final long NOT_SENT = 0;
    /** After this pause what the store would not take is tried again. */
    private static final long STORE_AGAIN_MILLIS = 5_000;

    private static final class Entry {
        final long first;
        long last;
        Operation operation;
        /** What it hangs on of others: the server may not have that for good either, so the store keeps it as well. */
        final List<Operation> dependencies;

        @Nullable
        String epoch;

        /** Of its first part; it is in {@link Outbox#sent} by that of its last. */
        long seq = NOT_SENT;
        /** It was never on its way, so nobody can have a part of it, and it may still grow. */
        boolean growing = true;
        /** The server would not take it on this connection. */
        boolean refused;

        Entry(OutboxStore.Kept kept) {
            first = kept.number();
            last = kept.number();
            operation = kept.operation();
            dependencies = kept.dependencies();
            epoch = kept.epoch();
        }
    }

    /** Rows from the first number to the last. */
    private record Rows(long first, long last) {}

    private final OutboxStore store;
    private final Loop loop;
    private final Consumer<Exception> onFault;
    /** Rows that the store has refused, by number: they are put again until it takes them. */
    private final NavigableMap<Long, OutboxStore.Kept> unstored = new TreeMap<>();
    /** Rows whose place others have taken: they go when nothing is unstored. */
    private final List<Rows> replaced = new ArrayList<>();

    private Loop.@Nullable Timer storing;
    private boolean closed;
    private final NavigableMap<Long, Entry> entries = new TreeMap<>();
    private final NavigableMap<Long, Entry> waiting = new TreeMap<>();
    private final NavigableMap<Long, Entry> sent = new TreeMap<>();
    private final List<Entry> orphaned = new ArrayList<>();
    private long lastNumber;
    private long lastSeq;
    private long extent;
    private int refused;

    Outbox(OutboxStore store, Loop loop, Consumer<Exception> onFault) {
        this.store = store;
        this.loop = loop;
        this.onFault = onFault;
    }

    /** What earlier sessions have left; it is not in the outbox until it is {@link #adopt adopted}. */
    List<OutboxStore.Kept> load() {
        List<OutboxStore.Kept> left = store.load();
        for (OutboxStore.Kept kept : left) {
            lastNumber = Math.max(lastNumber, kept.number());
        }
        return left;
    }

    /** Elements that are inserted or deleted by what is here, what was refused left out. */
    long extent() {
        return extent;
    }

    /** Whether something is on its way. */
    boolean expectsAck() {
        return !sent.isEmpty();
    }

    int refused() {
        return refused;
    }

    Collection<Operation> operations() {
        List<Operation> operations = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> operations.add(entry.operation));
        return operations;
    }

    void add(Operation operation, @Nullable String epoch, List<Operation> dependencies) {
        for (Operation piece : Pieces.of(operation)) {
            // Each other piece hangs on the one before it.
            List<Operation> context = piece.id().equals(operation.id()) ? dependencies : List.of();
            OutboxStore.Kept kept = new OutboxStore.Kept(++lastNumber, piece, epoch, context);
            keep(kept);
            adopt(kept);
        }
    }

    /** Takes over what the store holds already. */
    void adopt(OutboxStore.Kept kept) {
        extent += kept.operation().length();
        Entry last = waiting.isEmpty() ? null : waiting.lastEntry().getValue();
        if (last != null && last.growing && last.last + 1 == kept.number() && sameEpoch(last.epoch, kept.epoch())) {
            Operation joined = Pieces.join(last.operation, kept.operation());
            if (joined != null) {
                last.operation = joined;
                last.last = kept.number();
                return;
            }
        }
        Entry entry = new Entry(kept);
        entries.put(entry.first, entry);
        waiting.put(entry.first, entry);
    }

    /** The history of the room is known now. What was made before it was, or reclaimed from another, belongs to it. */
    void belongTo(String epoch) {
        for (Entry entry : entries.values()) {
            if (!epoch.equals(entry.epoch)) {
                entry.epoch = epoch;
                // One row takes the place of many.
                keep(new OutboxStore.Kept(entry.last, entry.operation, epoch, entry.dependencies));
                if (entry.first < entry.last) {
                    removeReplaced(entry.first, entry.last - 1);
                }
            }
        }
    }

    /**
     * What is to be sent, each with the next seq, and in parts where it would not fit into a frame; it counts as sent from now on. A placeholder
     * for deleted text waits until its delete is durable: if that were refused, the placeholder would show in the text and conflict with the
     * real insert.
     */
    List<Message.Op> take(int frameBytes) {
        List<Message.Op> ops = new ArrayList<>(waiting.size());
        Coverage deletes = null;
        for (Iterator<Entry> all = waiting.values().iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (Pieces.isPlaceholder(entry.operation)) {
                deletes = deletes == null ? deletes() : deletes;
                if (deletes.deletesAnyOf(entry.operation)) {
                    continue;
                }
            }
            entry.seq = lastSeq + 1;
            entry.growing = false;
            for (Operation part : Pieces.fitting(entry.operation, frameBytes)) {
                ops.add(new Message.Op(++lastSeq, part));
            }
            sent.put(lastSeq, entry);
            all.remove();
        }
        return ops;
    }

    private Coverage deletes() {
        Coverage deletes = new Coverage();
        for (Entry entry : entries.values()) {
            if (entry.operation instanceof Operation.Delete) {
                deletes.add(entry.operation);
            }
        }
        return deletes;
    }

    /** Everything up to the seq is durable. */
    void acknowledge(long seq) {
        NavigableMap<Long, Entry> done = sent.headMap(seq, true);
        // Neighbours in the store go as one.
        long first = 0;
        long last = -1;
        for (Entry entry : done.values()) {
            entries.remove(entry.first);
            extent -= entry.operation.length();
            if (entry.first != last + 1) {
                if (last >= first) {
                    remove(first, last);
                }
                first = entry.first;
            }
            last = entry.last;
        }
        if (last >= first) {
            remove(first, last);
        }
        done.clear();
    }

    /** What is on its way with this seq, which is not on its way any more. */
    private @Nullable Entry takeBack(long seq) {
        Map.Entry<Long, Entry> at = sent.ceilingEntry(seq);
        if (at == null || at.getValue().seq > seq) {
            return null;
        }
        sent.remove(at.getKey());
        return at.getValue();
    }

    /** Puts a refused operation back in line. Returns whether it was there. */
    boolean retry(long seq) {
        Entry entry = takeBack(seq);
        if (entry == null) {
            return false;
        }
        entry.seq = NOT_SENT;
        waiting.put(entry.first, entry);
        return true;
    }

    /** The server does not take it: it waits for the next connection. Returns it, null when it is not known. */
    @Nullable
    Operation refuse(long seq) {
        Entry entry = takeBack(seq);
        if (entry == null) {
            return null;
        }
        entry.refused = true;
        refused++;
        extent -= entry.operation.length();
        return entry.operation;
    }

    /** What the server has refused may be taken now: it is back in line, in its place. */
    void offerRefused() {
        for (Entry entry : entries.values()) {
            if (entry.refused) {
                entry.seq = NOT_SENT;
                entry.refused = false;
                extent += entry.operation.length();
                waiting.put(entry.first, entry);
            }
        }
        refused = 0;
    }

    /** The connection is gone: nothing is on its way any more, and nothing refused. */
    void rewind() {
        offerRefused();
        sent.clear();
        for (Entry entry : entries.values()) {
            entry.seq = NOT_SENT;
            waiting.put(entry.first, entry);
        }
    }

    /**
     * Puts others in the place of operations, in the order that is given, those that it does not tell apart in the order of their making; an
     * operation that is its own replacement keeps its place. Nothing may be on its way.
     */
    void replaceEach(Comparator<Operation> order, Function<Operation, List<Operation>> replacements) {
        List<Entry> all = new ArrayList<>(entries.values());
        all.sort((one, other) -> order.compare(one.operation, other.operation));
        for (Entry entry : all) {
            List<Operation> parts = replacements.apply(entry.operation);
            if (!parts.equals(List.of(entry.operation))) {
                parts.forEach(part -> add(part, entry.epoch, entry.dependencies));
                entries.remove(entry.first);
                waiting.remove(entry.first);
                extent -= entry.operation.length();
                removeReplaced(entry.first, entry.last);
            }
        }
    }

    /** Takes an operation of another history of the room: it stays in the store and is never sent. */
    void orphan(OutboxStore.Kept kept) {
        orphaned.add(new Entry(kept));
    }

    /** The room has another history from now on: all that was not acknowledged is orphaned. */
    void orphanAll() {
        orphaned.addAll(entries.values());
        entries.clear();
        waiting.clear();
        sent.clear();
        extent = 0;
        refused = 0;
    }

    /** What is orphaned of one history of the room waits again; it belongs to the next one. Returns the operations. */
    List<Operation> reclaim(@Nullable String epoch) {
        List<Operation> operations = new ArrayList<>();
        for (Iterator<Entry> all = orphaned.iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (sameEpoch(entry.epoch, epoch)) {
                all.remove();
                entry.seq = NOT_SENT;
                entry.growing = false;
                entry.refused = false;
                extent += entry.operation.length();
                entries.put(entry.first, entry);
                waiting.put(entry.first, entry);
                operations.add(entry.operation);
            }
        }
        return operations;
    }

    int orphanedCount() {
        return orphaned.size();
    }

    /** What is orphaned, by the history that it belongs to, in the order of its making. */
    Map<String, List<Operation>> orphaned() {
        Map<String, List<Operation>> byEpoch = new LinkedHashMap<>();
        for (Entry entry : orphaned) {
            String epoch = entry.epoch == null ? "" : entry.epoch;
            byEpoch.computeIfAbsent(epoch, e -> new ArrayList<>()).add(entry.operation);
        }
        return byEpoch;
    }

    void discardOrphaned() {
        orphaned.forEach(entry -> remove(entry.first, entry.last));
        orphaned.clear();
    }

    /** Tries once more to store what is unstored, and ends the use of the store. */
    void close() {
        storeAgain();
        closed = true;
        if (storing != null) {
            storing.cancel();
        }
        try {
            store.close();
        } catch (RuntimeException e) {
            onFault.accept(e);
        }
    }

    private static boolean sameEpoch(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }

    /** A row that is refused is reported once. */
    private void keep(OutboxStore.Kept kept) {
        try {
            store.put(kept);
            stored(kept.number(), kept.number());
        } catch (RuntimeException e) {
            unstored.put(kept.number(), kept);
            storeLater();
            onFault.accept(e);
        }
    }

    private void storeLater() {
        if (storing == null && !closed) {
            storing = loop.schedule(
                    () -> {
                        storing = null;
                        storeAgain();
                    },
                    STORE_AGAIN_MILLIS);
        }
    }

    private void storeAgain() {
        for (OutboxStore.Kept kept : List.copyOf(unstored.values())) {
            try {
                store.put(kept);
            } catch (RuntimeException e) {
                // As before.
                storeLater();
                return;
            }
            stored(kept.number(), kept.number());
        }
    }

    private void stored(long first, long last) {
        unstored.subMap(first, true, last, true).clear();
        if (unstored.isEmpty() && !replaced.isEmpty()) {
            List<Rows> gone = List.copyOf(replaced);
            replaced.clear();
            gone.forEach(rows -> remove(rows.first, rows.last));
        }
    }

    /** Removes rows in whose place others were put, as soon as the store has those. */
    private void removeReplaced(long first, long last) {
        if (unstored.isEmpty()) {
            remove(first, last);
        } else {
            replaced.add(new Rows(first, last));
        }
    }

    private void remove(long first, long last) {
        try {
            store.remove(first, last);
        } catch (RuntimeException e) {
            onFault.accept(e);
        }
        stored(first, last);
    }
}
