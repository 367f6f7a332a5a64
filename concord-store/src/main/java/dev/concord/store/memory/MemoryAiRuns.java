package dev.concord.store.memory;

import dev.concord.store.AiRun;
import dev.concord.store.AiRuns;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs of one process. */
final class MemoryAiRuns implements AiRuns {
    private record Kept(AiRun run, long claimedUntil) {
        Kept to(AiRun.State state, long until) {
            return new Kept(
                    new AiRun(
                            run.id(),
                            run.roomId(),
                            run.epoch(),
                            run.author(),
                            run.instruction(),
                            run.summary(),
                            run.edits(),
                            state,
                            run.createdAt(),
                            run.expiresAt()),
                    until);
        }
    }

    private final Map<String, Kept> runs = new HashMap<>();
    private final Object rooms;
    private final Function<String, @Nullable String> epochs;

    /**
     * No runs yet.
     *
     * @param rooms the lock of the rooms, taken before this object's
     * @param epochs the epoch of a room, null when there is no such room
     */
    MemoryAiRuns(Object rooms, Function<String, @Nullable String> epochs) {
        this.rooms = rooms;
        this.epochs = epochs;
    }

    @Override
    public boolean add(AiRun run) {
        synchronized (rooms) {
            return run.epoch().equals(epochs.apply(run.roomId())) && keep(run);
        }
    }

    private synchronized boolean keep(AiRun run) {
        runs.values()
                .removeIf(kept -> kept.run().expiresAt()
                        < run.createdAt() - Duration.ofDays(1).toMillis());
        runs.put(run.id(), new Kept(run, 0));
        return true;
    }

    synchronized List<AiRun> all() {
        return runs.values().stream().map(Kept::run).toList();
    }

    @Override
    public synchronized Optional<AiRun> find(String roomId, String id) {
        return Optional.ofNullable(runs.get(id))
                .map(Kept::run)
                .filter(run -> run.roomId().equals(roomId));
    }

    @Override
    public synchronized List<AiRun> pending(String roomId, long now, int limit) {
        return runs.values().stream()
                .map(Kept::run)
                .filter(run ->
                        run.roomId().equals(roomId) && run.state() == AiRun.State.PENDING && run.expiresAt() > now)
                .sorted(Comparator.comparingLong(AiRun::createdAt).reversed().thenComparing(AiRun::id))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean claim(String roomId, String id, long now, long until) {
        Kept kept = runs.get(id);
        if (kept == null || !kept.run().roomId().equals(roomId)) {
            return false;
        }
        AiRun.State state = kept.run().state();
        boolean free = (state == AiRun.State.PENDING && kept.run().expiresAt() > now)
                || (state == AiRun.State.APPLYING && kept.claimedUntil() < now);
        if (free) {
            runs.put(id, kept.to(AiRun.State.APPLYING, until));
        }
        return free;
    }

    @Override
    public synchronized boolean move(String roomId, String id, AiRun.State from, AiRun.State to) {
        Kept kept = runs.get(id);
        if (kept == null || !kept.run().roomId().equals(roomId) || kept.run().state() != from) {
            return false;
        }
        runs.put(id, kept.to(to, kept.claimedUntil()));
        return true;
    }

    synchronized void forget(String roomId) {
        runs.values().removeIf(kept -> kept.run().roomId().equals(roomId));
    }
}
