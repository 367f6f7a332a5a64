package dev.concord.store.memory;

import dev.concord.store.Embeddings;
import dev.concord.store.ExactScan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Vectors of one process. */
final class MemoryEmbeddings implements Embeddings {
    @SuppressWarnings("ArrayRecordComponent") // rows are never compared
    private record Row(float @Nullable [] vector, String model, long opSeq) {}

    private final Map<String, Row> rows = new HashMap<>();
    private final Object lock;
    private final Supplier<Map<String, Optional<Long>>> rooms;
    private final Function<String, @Nullable String> epochs;

    /**
     * No vectors yet.
     *
     * @param lock the lock of the rooms, taken before this object's
     * @param rooms all rooms, and what their snapshots cover
     * @param epochs the epoch of a room, null when there is no such room
     */
    MemoryEmbeddings(
            Object lock, Supplier<Map<String, Optional<Long>>> rooms, Function<String, @Nullable String> epochs) {
        this.lock = lock;
        this.rooms = rooms;
        this.epochs = epochs;
    }

    @Override
    public void save(String roomId, String epoch, float @Nullable [] vector, String model, long opSeq) {
        if (vector != null && vector.length != DIMENSIONS) {
            throw new IllegalArgumentException(
                    "a vector has " + DIMENSIONS + " numbers, this one has " + vector.length);
        }
        synchronized (lock) {
            if (epoch.equals(epochs.apply(roomId))) {
                keep(roomId, vector, model, opSeq);
            }
        }
    }

    private synchronized void keep(String roomId, float @Nullable [] vector, String model, long opSeq) {
        Row row = rows.get(roomId);
        if (row == null || row.opSeq() <= opSeq || !row.model().equals(model)) {
            rows.put(roomId, new Row(vector == null ? null : vector.clone(), model, opSeq));
        }
    }

    @Override
    public synchronized Optional<float[]> find(String roomId, String model) {
        Row row = rows.get(roomId);
        return row == null || !row.model().equals(model) || row.vector() == null
                ? Optional.empty()
                : Optional.of(row.vector().clone());
    }

    @Override
    public synchronized List<Neighbour> nearest(
            float[] vector, String model, double atLeast, int limit, Predicate<String> shown) {
        ExactScan scan = new ExactScan(vector, atLeast, limit, shown);
        rows.forEach((room, row) -> {
            if (row.vector() != null && row.model().equals(model)) {
                scan.add(room, row.vector());
            }
        });
        return scan.nearest();
    }

    @Override
    public List<String> outdated(String model, String after, int limit) {
        Map<String, Optional<Long>> all = new TreeMap<>(rooms.get());
        synchronized (this) {
            return all.entrySet().stream()
                    .filter(room -> room.getKey().compareTo(after) > 0
                            && room.getValue().isPresent()
                            && isOutdated(
                                    rows.get(room.getKey()),
                                    model,
                                    room.getValue().get()))
                    .map(Map.Entry::getKey)
                    .limit(limit)
                    .toList();
        }
    }

    private static boolean isOutdated(@Nullable Row row, String model, long opSeq) {
        return row == null || !row.model().equals(model) || row.opSeq() < opSeq;
    }

    @Override
    public String ranking() {
        return "exact scan";
    }

    synchronized void forget(String roomId) {
        rows.remove(roomId);
    }
}
