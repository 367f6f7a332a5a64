package dev.concord.store.memory;

import dev.concord.store.AccessRow;
import dev.concord.store.AccessRows;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decisions of one process. */
final class MemoryAccessRows implements AccessRows {
    private static final Duration KEEP = Duration.ofDays(1);

    private record Key(AccessRow.Kind kind, String roomId, String subject) {}

    private final Map<Key, AccessRow> rows = new HashMap<>();
    private final Map<String, byte[]> keys = new HashMap<>();
    private final LongSupplier clock;
    private long revision;

    MemoryAccessRows(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public synchronized AccessRow put(AccessRow row) {
        revision++;
        AccessRow stored = new AccessRow(
                row.kind(),
                row.roomId(),
                row.subject(),
                row.value(),
                row.expiresAt(),
                row.changedBy(),
                clock.getAsLong(),
                revision);
        rows.put(new Key(row.kind(), row.roomId(), row.subject()), stored);
        long old = clock.getAsLong() - KEEP.toMillis();
        rows.values()
                .removeIf(each -> (each.value().isEmpty() && each.changedAt() < old)
                        || (each.expiresAt() > 0 && each.expiresAt() < old));
        return stored;
    }

    @Override
    public synchronized List<AccessRow> after(long known) {
        return rows.values().stream()
                .filter(row -> row.revision() > known)
                .sorted(Comparator.comparingLong(AccessRow::revision))
                .toList();
    }

    @Override
    public synchronized byte[] key(String name, byte[] proposed) {
        return keys.computeIfAbsent(name, missing -> proposed.clone()).clone();
    }

    @Override
    public synchronized byte @Nullable [] key(String name) {
        byte[] key = keys.get(name);
        return key == null ? null : key.clone();
    }

    synchronized void forget(String roomId) {
        List.copyOf(rows.values()).stream()
                .filter(row -> row.roomId().equals(roomId) && !row.value().isEmpty())
                .forEach(row -> put(new AccessRow(
                        row.kind(), row.roomId(), row.subject(), "", row.expiresAt(), row.changedBy(), 0, 0)));
    }
}
