package dev.concord.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store that passes every call on to another one. Subclasses change a method or two. As thread-safe as the other store. */
public abstract class ForwardingStore implements RoomStore {
    private final RoomStore store;

    /** Forwards to {@code store}. */
    protected ForwardingStore(RoomStore store) {
        this.store = store;
    }

    @Override
    public boolean create(String roomId, String epoch, byte @Nullable [] initialState) {
        return store.create(roomId, epoch, initialState);
    }

    @Override
    public Optional<StoredRoom> load(String roomId) {
        return store.load(roomId);
    }

    @Override
    public List<AppendResult> append(BatchId id, List<Append> batch) {
        return store.append(id, batch);
    }

    @Override
    public boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq) {
        return store.saveSnapshot(roomId, epoch, state, opSeq);
    }

    @Override
    public LogPage read(String roomId, String epoch, long afterSeq, int most) {
        return store.read(roomId, epoch, afterSeq, most);
    }

    @Override
    public Map<String, RoomHead> heads(Collection<String> roomIds) {
        return store.heads(roomIds);
    }

    @Override
    public List<RoomSummary> rooms(String after, int most) {
        return store.rooms(after, most);
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public int prune(String roomId, long keepAfter) {
        return store.prune(roomId, keepAfter);
    }

    @Override
    public Optional<String> delete(String roomId) {
        return store.delete(roomId);
    }

    @Override
    public boolean end(String roomId, String epoch) {
        return store.end(roomId, epoch);
    }

    @Override
    public Optional<String> deleteIdle(String roomId, long changedBefore) {
        return store.deleteIdle(roomId, changedBefore);
    }

    @Override
    public boolean purge(String roomId, String epoch) {
        return store.purge(roomId, epoch);
    }

    @Override
    public RoomCatalogue catalogue() {
        return store.catalogue();
    }

    @Override
    public Endings endings() {
        return store.endings();
    }

    @Override
    public Versions versions() {
        return store.versions();
    }

    @Override
    public AiRuns aiRuns() {
        return store.aiRuns();
    }

    @Override
    public Embeddings embeddings() {
        return store.embeddings();
    }

    @Override
    public AccessRows accessRows() {
        return store.accessRows();
    }

    @Override
    public boolean compact() {
        return store.compact();
    }

    @Override
    public void ping() {
        store.ping();
    }

    @Override
    public void close() {
        store.close();
    }
}
