package dev.concord.server.history;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.log.Replay;
import dev.concord.store.OpLog;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes deleted text from what is kept of a room. Its text stays, with the ids of its elements and the places of deleted ones, which have no
 * characters: so nobody is sent away, and edits that somebody has not sent yet still find what they refer to.
 */
public final class Purge {
    private static final Logger LOG = LoggerFactory.getLogger(Purge.class);
    private static final int FLUSH_SECONDS = 10;

    private final RoomStore store;
    private final OpLog opLog;
    private final Executor io;
    private final Consumer<String> purged;
    private final SecureRandom random = new SecureRandom();

    /**
     * A purge on a store.
     *
     * @param store where rooms are kept
     * @param opLog the log on that store
     * @param io runs what blocks
     * @param purged is notified of each room, on an I/O thread
     */
    public Purge(RoomStore store, OpLog opLog, Executor io, Consumer<String> purged) {
        this.store = store;
        this.opLog = opLog;
        this.io = io;
        this.purged = purged;
    }

    /**
     * Compacts a room with everything that this server was given before, and removes its versions, plans and vector and the log up to there.
     *
     * @param roomId a valid room id
     * @return completes when that is done, or with a {@link Refusal}
     */
    public CompletableFuture<Void> purge(String roomId) {
        return opLog.flush()
                .orTimeout(FLUSH_SECONDS, TimeUnit.SECONDS)
                .handle((flushed, failure) -> failure)
                .thenAcceptAsync(
                        failure -> {
                            if (failure != null) {
                                throw new Refusal(
                                        Kind.UNAVAILABLE,
                                        "store_unavailable",
                                        "the store accepts no edits at the moment; try again later");
                            }
                            purgeNow(roomId);
                        },
                        io);
    }

    private void purgeNow(String roomId) {
        long opSeq = Catalogue.refusing(() -> purge(store, roomId, Sites.random(random)));
        LOG.atInfo().addKeyValue("room", roomId).addKeyValue("op_seq", opSeq).log("purged");
        purged.accept(roomId);
    }

    /**
     * The same with what is stored now. Blocks.
     *
     * @param store where the room is kept
     * @param roomId a valid room id
     * @param site names the replica that reads
     * @return the place in the log up to which nothing deleted is left
     * @throws Refusal when there is no such room
     */
    public static long purge(RoomStore store, String roomId, String site) {
        Optional<StoredRoom> found = store.load(roomId);
        if (found.isEmpty()) {
            throw Refusal.noSuchRoom();
        }
        StoredRoom stored = found.get();
        Document document = Replay.of(roomId, stored, site);
        // Not stored without a fault: a newer snapshot is there already.
        store.saveSnapshot(roomId, stored.epoch(), document.encode(), stored.lastSeq());
        if (!store.purge(roomId, stored.epoch())) {
            throw Refusal.noSuchRoom();
        }
        return stored.lastSeq();
    }
}
