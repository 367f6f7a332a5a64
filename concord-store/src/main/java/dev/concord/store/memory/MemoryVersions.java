package dev.concord.store.memory;

import dev.concord.store.RoomHead;
import dev.concord.store.Versions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Versions in a list, oldest first. Shares the lock of the rooms. */
final class MemoryVersions implements Versions {
    /** The rooms that versions are of. */
    interface Rooms {
        /** How far a room's log goes; null when there is none. */
        @Nullable
        RoomHead head(String roomId);

        long createdAt(String roomId);
    }

    private final Object lock;
    private final Rooms rooms;
    private final LongSupplier clock;
    private final List<Captured> versions = new ArrayList<>();
    private long lastId;

    MemoryVersions(Object lock, Rooms rooms, LongSupplier clock) {
        this.lock = lock;
        this.rooms = rooms;
        this.clock = clock;
    }

    @Override
    public Optional<Version> add(String roomId, String epoch, String label, String author, byte[] state, long opSeq) {
        synchronized (lock) {
            return isThere(roomId, epoch, opSeq)
                    ? Optional.of(insert(roomId, label, author, false, state, opSeq))
                    : Optional.empty();
        }
    }

    @Override
    public Optional<Version> addAutomatic(
            String roomId, String epoch, String label, byte[] state, long opSeq, long atLeastMillis, int keep) {
        synchronized (lock) {
            if (!isThere(roomId, epoch, opSeq)) {
                return Optional.empty();
            }
            List<Version> newest = list(roomId, Long.MAX_VALUE, 1);
            long before =
                    newest.isEmpty() ? rooms.createdAt(roomId) : newest.get(0).createdAt();
            if (clock.getAsLong() - before < atLeastMillis) {
                return Optional.empty();
            }
            Version version = insert(roomId, label, "", true, state, opSeq);
            List<Version> automatic = list(roomId, Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                    .filter(Version::automatic)
                    .toList();
            List<Version> old = automatic.subList(Math.min(keep, automatic.size()), automatic.size());
            versions.removeIf(captured -> old.contains(captured.version()));
            return Optional.of(version);
        }
    }

    private boolean isThere(String roomId, String epoch, long opSeq) {
        RoomHead head = rooms.head(roomId);
        if (opSeq < 0) {
            throw new IllegalArgumentException("a version contains 0 ops or more: " + opSeq);
        }
        if (head == null || !head.epoch().equals(epoch)) {
            return false;
        }
        if (opSeq > head.lastSeq()) {
            throw new IllegalArgumentException(
                    "a version at op " + opSeq + " of room '" + roomId + "', whose last op is " + head.lastSeq());
        }
        return true;
    }

    private Version insert(String roomId, String label, String author, boolean automatic, byte[] state, long opSeq) {
        Version version = new Version(++lastId, roomId, label, author, automatic, opSeq, clock.getAsLong());
        versions.add(new Captured(version, state.clone()));
        return version;
    }

    @Override
    public boolean delete(String roomId, long id) {
        synchronized (lock) {
            return versions.removeIf(captured ->
                    captured.version().id() == id && captured.version().roomId().equals(roomId));
        }
    }

    @Override
    public Optional<Version> rename(String roomId, long id, String label) {
        synchronized (lock) {
            for (int i = 0; i < versions.size(); i++) {
                Version old = versions.get(i).version();
                if (old.id() == id && old.roomId().equals(roomId)) {
                    Version renamed = new Version(id, roomId, label, old.author(), false, old.opSeq(), old.createdAt());
                    versions.set(i, new Captured(renamed, versions.get(i).state()));
                    return Optional.of(renamed);
                }
            }
            return Optional.empty();
        }
    }

    @Override
    public int forget(boolean automatic, long createdBefore, int keep) {
        synchronized (lock) {
            int before = versions.size();
            Map<String, Integer> places = new HashMap<>();
            Set<Long> old = new HashSet<>();
            for (int i = versions.size() - 1; i >= 0; i--) {
                Version version = versions.get(i).version();
                if (version.automatic() == automatic
                        && (places.merge(version.roomId(), 1, Integer::sum) > keep
                                || version.createdAt() < createdBefore)) {
                    old.add(version.id());
                }
            }
            versions.removeIf(captured -> old.contains(captured.version().id()));
            return before - versions.size();
        }
    }

    @Override
    public List<Version> list(String roomId, long before, int max) {
        synchronized (lock) {
            List<Version> found = new ArrayList<>();
            for (int i = versions.size() - 1; i >= 0 && found.size() < max; i--) {
                Version version = versions.get(i).version();
                if (version.roomId().equals(roomId) && version.id() < before) {
                    found.add(version);
                }
            }
            return found;
        }
    }

    @Override
    public Optional<Captured> find(String roomId, long id) {
        synchronized (lock) {
            return versions.stream()
                    .filter(captured -> captured.version().id() == id
                            && captured.version().roomId().equals(roomId))
                    .map(captured ->
                            new Captured(captured.version(), captured.state().clone()))
                    .findFirst();
        }
    }

    /** The least place of a room's versions, the highest number when it has none. */
    long lowestSeq(String roomId) {
        synchronized (lock) {
            return list(roomId, Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                    .mapToLong(Version::opSeq)
                    .min()
                    .orElse(Long.MAX_VALUE);
        }
    }

    /** The size of a room's versions. */
    long bytes(String roomId) {
        synchronized (lock) {
            return versions.stream()
                    .filter(captured -> captured.version().roomId().equals(roomId))
                    .mapToLong(captured -> captured.state().length)
                    .sum();
        }
    }

    void forget(String roomId) {
        synchronized (lock) {
            versions.removeIf(captured -> captured.version().roomId().equals(roomId));
        }
    }
}
