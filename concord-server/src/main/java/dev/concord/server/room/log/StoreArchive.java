package dev.concord.server.room.log;

import dev.concord.crdt.Document;
import dev.concord.server.config.HistoryLimits;
import dev.concord.store.CorruptRoomException;
import dev.concord.store.LogPage;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive on a store.
 *
 * <p>A compaction needs nothing of the room in memory: it loads the snapshot and the ops after it, as a restart would, and stores the
 * document that they make. So a snapshot holds what the log holds, however many instances append to it, and a room whose stored rows do
 * not make a document is found out while the document is still in memory.
 */
final class StoreArchive implements Archive {
    private static final Logger LOG = LoggerFactory.getLogger(StoreArchive.class);
    /** Ops that are read, and later applied and sent on, in one go: some milliseconds of a loop. */
    private static final int PAGE = 500;
    /** The label of a version that nobody asked for. */
    private static final String AUTOMATIC = "automatic";

    private final RoomStore store;
    private final Executor io;
    private final Supplier<String> sites;
    private final HistoryLimits history;
    private final Consumer<String> snapshots;

    /**
     * On a store.
     *
     * @param io runs what blocks
     * @param sites names for replicas that only read
     * @param history how often a version is captured
     * @param snapshots is notified of each room whose snapshot was stored
     */
    StoreArchive(
            RoomStore store, Executor io, Supplier<String> sites, HistoryLimits history, Consumer<String> snapshots) {
        this.store = store;
        this.io = io;
        this.sites = sites;
        this.history = history;
        this.snapshots = snapshots;
    }

    @Override
    public void compact(String roomId, String epoch, String by, Consumer<Compacted> done) {
        compacting(roomId, done, () -> compactNow(roomId, epoch, by));
    }

    @Override
    public void replace(String roomId, String epoch, byte[] state, long opSeq, Consumer<Compacted> done) {
        compacting(roomId, done, () -> {
            store(roomId, epoch, state, opSeq, "");
            return opSeq;
        });
    }

    private void compacting(String roomId, Consumer<Compacted> done, Supplier<Long> work) {
        io.execute(() -> {
            Compacted compacted = new Compacted(-1, null);
            try {
                compacted = new Compacted(work.get(), null);
            } catch (CorruptRoomException e) {
                compacted = new Compacted(-1, e.row());
                LOG.atError().addKeyValue("room", roomId).log("could not be compacted: {}", e.getMessage());
            } catch (RuntimeException e) {
                // Not the store's own exceptions only: a compaction that never ends would keep the room for ever.
                LOG.atWarn()
                        .addKeyValue("room", roomId)
                        .log("could not be compacted, will be tried again: {}", e.toString());
            } finally {
                done.accept(compacted);
            }
        });
    }

    private long compactNow(String roomId, String epoch, String by) {
        Optional<StoredRoom> found = store.load(roomId);
        if (found.isEmpty() || !found.get().epoch().equals(epoch)) {
            // Deleted meanwhile: nothing of this history is left to compact.
            return 0;
        }
        StoredRoom stored = found.get();
        if (stored.ops().isEmpty()) {
            // Another instance has compacted it. Perhaps it was killed before it removed what it had covered.
            store.prune(roomId);
            return stored.stateSeq();
        }
        Document document = Replay.of(roomId, stored, sites.get());
        byte[] state = document.encode();
        capture(roomId, epoch, state, stored.lastSeq());
        store(roomId, epoch, state, stored.lastSeq(), by);
        return stored.lastSeq();
    }

    /** Keeps the state as an automatic version when one is due. That it cannot be kept is no reason not to compact. */
    private void capture(String roomId, String epoch, byte[] state, long opSeq) {
        if (history.interval().isZero()) {
            return;
        }
        try {
            store.versions()
                    .addAutomatic(
                            roomId,
                            epoch,
                            AUTOMATIC,
                            state,
                            opSeq,
                            history.interval().toMillis(),
                            history.automatic());
        } catch (StoreException e) {
            LOG.atWarn().addKeyValue("room", roomId).log("no version could be captured: {}", e.toString());
        }
    }

    /** Stores a state that gives the same document back, and then removes what it covers; the store reads it back before that. */
    private void store(String roomId, String epoch, byte[] state, long opSeq, String by) {
        Document again = Document.load(sites.get(), state);
        if (!Arrays.equals(state, again.encode())) {
            throw new IllegalStateException("the state does not reproduce its document");
        }
        // Not stored without a fault: a newer snapshot is there already.
        store.saveSnapshot(roomId, epoch, state, opSeq);
        describe(roomId, epoch, again.length(), by);
        store.prune(roomId);
        snapshots.accept(roomId);
    }

    /** That it cannot be said of the room is no reason not to compact. */
    private void describe(String roomId, String epoch, int chars, String by) {
        try {
            store.catalogue().describe(roomId, epoch, chars, by);
        } catch (StoreException e) {
            LOG.atWarn().addKeyValue("room", roomId).log("could not be described: {}", e.toString());
        }
    }

    @Override
    public void read(String roomId, String epoch, long afterSeq, Consumer<Later> done) {
        io.execute(() -> {
            Later later = new Later.Failed("an error, see above");
            try {
                later = readNow(roomId, epoch, afterSeq);
            } catch (RuntimeException e) {
                later = new Later.Failed(String.valueOf(e.getMessage()));
            } finally {
                done.accept(later);
            }
        });
    }

    private Later readNow(String roomId, String epoch, long afterSeq) {
        LogPage page = store.read(roomId, epoch, afterSeq, PAGE);
        if (page instanceof LogPage.Ops ops) {
            List<Logged> decoded = ops.ops().stream()
                    .map(op -> new Logged(op.seq(), Replay.operation(roomId, op)))
                    .toList();
            return new Later.Ops(decoded, ops.lastSeq());
        }
        if (page instanceof LogPage.Pruned) {
            Optional<StoredRoom> stored = store.load(roomId);
            byte[] state = stored.map(StoredRoom::state).orElse(null);
            if (stored.isPresent() && stored.get().epoch().equals(epoch) && state != null) {
                return new Later.State(state, stored.get().stateSeq());
            }
            return new Later.Gone(stored.isPresent());
        }
        return new Later.Gone(page instanceof LogPage.OtherEpoch);
    }
}
