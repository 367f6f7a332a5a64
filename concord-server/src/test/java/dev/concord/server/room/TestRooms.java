package dev.concord.server.room;

import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.Limits;
import dev.concord.server.room.log.StoreLogs;
import dev.concord.server.room.peers.RoomLocator;
import dev.concord.server.room.peers.RoomPeers;
import dev.concord.server.room.presence.PresenceRounds;
import dev.concord.store.OpLog;
import dev.concord.store.RoomStore;
import java.util.concurrent.Executor;

/** Puts rooms together as a server does. */
public final class TestRooms {
    private TestRooms() {}

    /** A directory whose rooms find each other through this cluster only. */
    public static RoomDirectory directory(
            RoomStore store,
            OpLog log,
            Executor io,
            RoomLoops loops,
            Frames frames,
            RoomEvents events,
            Limits limits,
            Cluster cluster) {
        return directory(store, log, io, Runnable::run, loops, frames, events, limits, cluster);
    }

    /** One whose large documents are read by this executor. */
    public static RoomDirectory directory(
            RoomStore store,
            OpLog log,
            Executor io,
            Executor readers,
            RoomLoops loops,
            Frames frames,
            RoomEvents events,
            Limits limits,
            Cluster cluster) {
        RoomLocator locator = new RoomLocator(cluster);
        RoomDirectory rooms = new RoomDirectory(
                store,
                log,
                io,
                loops,
                frames,
                events,
                limits,
                new Wings(
                        new StoreLogs(store, io, limits.history()),
                        PresenceRounds::new,
                        (context, room) -> new RoomPeers(cluster, context, room),
                        locator,
                        Deletions.IGNORED,
                        readers));
        locator.answerFrom(rooms);
        return rooms;
    }
}
