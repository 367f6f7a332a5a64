package dev.concord.client;

import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Outlives the sessions that use it, and remembers all that it ever kept. */
final class MemoryOutboxStore implements OutboxStore {
    final TreeMap<Long, Kept> rows = new TreeMap<>();
    final List<Operation> everything = new ArrayList<>();
    int closes;
    /** Nothing more can be put; removing works. */
    boolean full;

    @Override
    public List<Kept> load() {
        return List.copyOf(rows.values());
    }

    @Override
    public void put(Kept kept) {
        if (full) {
            throw new IllegalStateException("no space left");
        }
        rows.put(kept.number(), kept);
        everything.add(kept.operation());
    }

    @Override
    public void remove(long first, long last) {
        rows.subMap(first, true, last, true).clear();
    }

    @Override
    public void close() {
        closes++;
    }
}
