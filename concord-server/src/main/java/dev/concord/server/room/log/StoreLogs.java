package dev.concord.server.room.log;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.server.config.HistoryLimits;
import dev.concord.server.room.OwnCommits;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomLog;
import dev.concord.server.room.RoomLogs;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The logs of all rooms of one store. Thread-safe. */
public final class StoreLogs implements RoomLogs {
    private final SecureRandom random = new SecureRandom();
    private final Archive archive;
    private volatile Consumer<String> snapshots = roomId -> {};

    /**
     * On a store.
     *
     * @param store where rooms are kept
     * @param io runs what blocks
     * @param history how often a version is captured
     */
    public StoreLogs(RoomStore store, Executor io, HistoryLimits history) {
        this.archive =
                new StoreArchive(store, io, () -> Sites.random(random), history, roomId -> snapshots.accept(roomId));
    }

    /** On an archive of the test's. */
    StoreLogs(Archive archive) {
        this.archive = archive;
    }

    @Override
    public Document load(String roomId, StoredRoom stored) {
        return Replay.of(roomId, stored, Sites.random(random));
    }

    @Override
    public RoomLog follow(RoomContext context, RoomLog.Host host, OwnCommits own, StoredRoom stored) {
        return new FollowedLog(context, host, own, archive, stored);
    }

    @Override
    public void onSnapshot(Consumer<String> listener) {
        snapshots = listener;
    }
}
