package dev.concord.store.memory;

import dev.concord.store.Endings;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Endings of one process. */
final class MemoryEndings implements Endings {
    private static final Comparator<Ending> ORDER =
            Comparator.comparing(Ending::roomId).thenComparing(Ending::epoch);

    private final Map<String, Map<String, Ending>> rooms = new LinkedHashMap<>();

    synchronized void add(String roomId, String epoch, long now) {
        rooms.computeIfAbsent(roomId, id -> new LinkedHashMap<>()).putIfAbsent(epoch, new Ending(roomId, epoch, now));
    }

    synchronized void remove(String roomId, String epoch) {
        Map<String, Ending> endings = rooms.get(roomId);
        if (endings != null) {
            endings.remove(epoch);
        }
    }

    @Override
    public synchronized Set<String> of(String roomId) {
        return new LinkedHashSet<>(rooms.getOrDefault(roomId, Map.of()).keySet());
    }

    @Override
    public synchronized List<Ending> list(String afterRoom, String afterEpoch, int max) {
        Ending after = new Ending(afterRoom, afterEpoch, 0);
        return rooms.values().stream()
                .flatMap(endings -> endings.values().stream())
                .filter(ending -> ORDER.compare(ending, after) > 0)
                .sorted(ORDER)
                .limit(max)
                .toList();
    }
}
