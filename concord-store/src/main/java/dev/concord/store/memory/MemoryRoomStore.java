package dev.concord.store.memory;

import dev.concord.store.AccessRows;
import dev.concord.store.AiRun;
import dev.concord.store.AiRuns;
import dev.concord.store.Append;
import dev.concord.store.AppendResult;
import dev.concord.store.BatchId;
import dev.concord.store.Embeddings;
import dev.concord.store.Endings;
import dev.concord.store.LogPage;
import dev.concord.store.RoomCatalogue;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.RoomSummary;
import dev.concord.store.StoreException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.store.Versions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The port in its simplest form: a map with one lock. It keeps the whole contract but durability, which makes it both
 * the store for other modules' tests and the model that the real ones are compared with. It knows no time. Contents live as long as the
 * object; {@link #close} does not remove them.
 */
public final class MemoryRoomStore implements RoomStore {

    private static final class Room {
        final String epoch;
        final long createdAt;
        final MemoryCatalogue.Description description;
        byte @Nullable [] state;
        long stateSeq;
        long lastSeq;
        final List<StoredOp> ops = new ArrayList<>();

        Room(String epoch, long createdAt) {
            this.epoch = epoch;
            this.createdAt = createdAt;
            this.description = new MemoryCatalogue.Description(epoch, createdAt);
        }
    }

    private record Committed(long number, List<AppendResult> results) {}

    private final TreeMap<String, Room> rooms = new TreeMap<>();
    private final Map<String, Committed> newestBatches = new HashMap<>();
    private final LongSupplier clock;
    private final MemoryVersions versions;
    private final MemoryAccessRows accessRows;
    private final MemoryAiRuns aiRuns = new MemoryAiRuns(this, this::epoch);
    private final MemoryEmbeddings embeddings = new MemoryEmbeddings(this, this::snapshots, this::epoch);
    private final MemoryCatalogue catalogue;
    private final MemoryEndings endings = new MemoryEndings();

    /** An empty store on the system's clock. */
    public MemoryRoomStore() {
        this(System::currentTimeMillis);
    }

    /**
     * An empty store.
     *
     * @param clock unix ms
     */
    public MemoryRoomStore(LongSupplier clock) {
        this.clock = clock;
        this.accessRows = new MemoryAccessRows(clock);
        this.catalogue = new MemoryCatalogue(
                this,
                new MemoryCatalogue.Rooms() {
                    @Override
                    public List<RoomCatalogue.Entry> all() {
                        return entries();
                    }

                    @Override
                    public MemoryCatalogue.@Nullable Description description(String roomId) {
                        Room room = rooms.get(roomId);
                        return room == null ? null : room.description;
                    }
                },
                clock);
        this.versions = new MemoryVersions(
                this,
                new MemoryVersions.Rooms() {
                    @Override
                    public @Nullable RoomHead head(String roomId) {
                        return heads(List.of(roomId)).get(roomId);
                    }

                    @Override
                    public long createdAt(String roomId) {
                        return madeAt(roomId);
                    }
                },
                clock);
    }

    private synchronized @Nullable String epoch(String roomId) {
        Room room = rooms.get(roomId);
        return room == null ? null : room.epoch;
    }

    private synchronized long madeAt(String roomId) {
        Room room = rooms.get(roomId);
        return room == null ? 0 : room.createdAt;
    }

    @Override
    public synchronized boolean create(String roomId, String epoch, byte @Nullable [] initialState) {
        if (rooms.containsKey(roomId)) {
            return false;
        }
        Room room = new Room(epoch, clock.getAsLong());
        room.state = initialState == null ? null : initialState.clone();
        rooms.put(roomId, room);
        endings.remove(roomId, epoch);
        return true;
    }

    @Override
    public synchronized Optional<StoredRoom> load(String roomId) {
        Room room = rooms.get(roomId);
        if (room == null) {
            return Optional.empty();
        }
        byte[] state = room.state == null ? null : room.state.clone();
        List<StoredOp> later = room.ops.stream()
                .filter(op -> op.seq() > room.stateSeq)
                .map(op -> new StoredOp(op.seq(), op.op().clone()))
                .toList();
        return Optional.of(new StoredRoom(room.epoch, state, room.stateSeq, later));
    }

    @Override
    public synchronized List<AppendResult> append(BatchId id, List<Append> batch) {
        Committed newest = newestBatches.get(id.writer());
        if (newest != null && id.number() <= newest.number()) {
            if (id.number() < newest.number() || newest.results().size() != batch.size()) {
                throw new StoreException(id + " is not the batch that was committed as " + newest.number());
            }
            return newest.results();
        }
        List<AppendResult> results = batch.stream().map(this::append).toList();
        newestBatches.put(id.writer(), new Committed(id.number(), results));
        return results;
    }

    private AppendResult append(Append append) {
        Room room = rooms.get(append.roomId());
        if (room == null) {
            return new AppendResult.NoSuchRoom();
        }
        if (!room.epoch.equals(append.epoch())) {
            return new AppendResult.OtherEpoch();
        }
        room.lastSeq++;
        room.ops.add(new StoredOp(room.lastSeq, append.op().clone()));
        return new AppendResult.Stored(room.lastSeq);
    }

    @Override
    public synchronized boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
        Room room = rooms.get(roomId);
        if (opSeq < 0) {
            throw new IllegalArgumentException("a snapshot covers 0 ops or more: " + opSeq);
        }
        if (room == null || !room.epoch.equals(epoch)) {
            return false;
        }
        if (opSeq > room.lastSeq) {
            throw new IllegalArgumentException(
                    "a snapshot at op " + opSeq + " of room '" + roomId + "', whose last op is " + room.lastSeq);
        }
        if (opSeq < room.stateSeq) {
            return false;
        }
        room.state = state.clone();
        room.stateSeq = opSeq;
        room.description.changedAt = clock.getAsLong();
        return true;
    }

    @Override
    public synchronized LogPage read(String roomId, String epoch, long afterSeq, int max) {
        Room room = rooms.get(roomId);
        if (room == null) {
            return new LogPage.NoSuchRoom();
        }
        if (!room.epoch.equals(epoch)) {
            return new LogPage.OtherEpoch();
        }
        List<StoredOp> later =
                room.ops.stream().filter(op -> op.seq() > afterSeq).limit(max).toList();
        if (afterSeq < room.stateSeq && (later.isEmpty() || later.get(0).seq() != afterSeq + 1)) {
            return new LogPage.Pruned(room.stateSeq);
        }
        return new LogPage.Ops(
                later.stream()
                        .map(op -> new StoredOp(op.seq(), op.op().clone()))
                        .toList(),
                room.lastSeq);
    }

    @Override
    public synchronized Map<String, RoomHead> heads(Collection<String> roomIds) {
        Map<String, RoomHead> heads = new HashMap<>();
        for (String roomId : roomIds) {
            Room room = rooms.get(roomId);
            if (room != null) {
                heads.put(roomId, new RoomHead(room.epoch, room.lastSeq, room.stateSeq));
            }
        }
        return heads;
    }

    @Override
    public synchronized List<RoomSummary> rooms(String after, int max) {
        return rooms.tailMap(after, false).entrySet().stream()
                .limit(max)
                .map(entry -> summary(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static RoomSummary summary(String roomId, Room room) {
        return new RoomSummary(
                roomId,
                room.epoch,
                room.lastSeq,
                0,
                room.stateSeq,
                room.state == null ? 0 : room.state.length,
                0,
                room.ops.size(),
                room.ops.stream().mapToLong(op -> op.op().length).sum());
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public synchronized int prune(String roomId, long keepAfter) {
        Room room = rooms.get(roomId);
        if (room == null) {
            return 0;
        }
        long last = Math.min(Math.min(room.stateSeq, keepAfter), versions.lowestSeq(roomId));
        int before = room.ops.size();
        room.ops.removeIf(op -> op.seq() <= last);
        return before - room.ops.size();
    }

    @Override
    public synchronized Optional<String> delete(String roomId) {
        Room room = rooms.remove(roomId);
        if (room == null) {
            return Optional.empty();
        }
        versions.forget(roomId);
        aiRuns.forget(roomId);
        embeddings.forget(roomId);
        accessRows.forget(roomId);
        endings.add(roomId, room.epoch, clock.getAsLong());
        return Optional.of(room.epoch);
    }

    @Override
    public synchronized boolean end(String roomId, String epoch) {
        Room room = rooms.get(roomId);
        if (room != null && room.epoch.equals(epoch)) {
            delete(roomId);
            return true;
        }
        endings.add(roomId, epoch, clock.getAsLong());
        return false;
    }

    @Override
    public synchronized Optional<String> deleteIdle(String roomId, long changedBefore) {
        Room room = rooms.get(roomId);
        return room == null || room.description.changedAt >= changedBefore || room.lastSeq != room.stateSeq
                ? Optional.empty()
                : delete(roomId);
    }

    @Override
    public synchronized boolean purge(String roomId, String epoch) {
        Room room = rooms.get(roomId);
        if (room == null || !room.epoch.equals(epoch) || room.state == null) {
            return false;
        }
        versions.forget(roomId);
        aiRuns.forget(roomId);
        embeddings.forget(roomId);
        room.ops.removeIf(op -> op.seq() <= room.stateSeq);
        return true;
    }

    @Override
    public RoomCatalogue catalogue() {
        return catalogue;
    }

    List<AiRun> runs() {
        return aiRuns.all();
    }

    private List<RoomCatalogue.Entry> entries() {
        List<RoomCatalogue.Entry> entries = new ArrayList<>();
        rooms.forEach((id, room) -> entries.add(new RoomCatalogue.Entry(
                id,
                room.description.title,
                room.createdAt,
                room.description.createdBy,
                room.description.changedAt,
                room.description.changedBy,
                room.description.chars,
                (room.state == null ? 0 : room.state.length) + versions.bytes(id))));
        return entries;
    }

    @Override
    public Endings endings() {
        return endings;
    }

    @Override
    public Versions versions() {
        return versions;
    }

    @Override
    public AccessRows accessRows() {
        return accessRows;
    }

    @Override
    public AiRuns aiRuns() {
        return aiRuns;
    }

    @Override
    public Embeddings embeddings() {
        return embeddings;
    }

    private synchronized Map<String, Optional<Long>> snapshots() {
        Map<String, Optional<Long>> all = new HashMap<>();
        rooms.forEach((id, room) -> all.put(id, room.state == null ? Optional.empty() : Optional.of(room.stateSeq)));
        return all;
    }

    @Override
    public void ping() {}

    @Override
    public void close() {}
}
