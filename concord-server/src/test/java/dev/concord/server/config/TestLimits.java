package dev.concord.server.config;

import java.time.Duration;

/** The default limits with some of them changed. */
public final class TestLimits {
    private static final Limits.Connections CONNECTIONS = Limits.DEFAULT.connections();

    public int frameBytes = CONNECTIONS.frameBytes();
    public int opsPerSecond = CONNECTIONS.opsPerSecond();
    public int opBytesPerSecond = CONNECTIONS.opBytesPerSecond();
    public int newRoomsPerAddress = CONNECTIONS.newRooms().perAddress();
    public int newRooms = CONNECTIONS.newRooms().perServer();
    public int memberQueueBytes = CONNECTIONS.queueBytes();
    public int inputBytes = CONNECTIONS.inputBytes();
    public Duration handshake = CONNECTIONS.handshake();
    public Duration idle = CONNECTIONS.idle();
    public int bodyBytes = Limits.DEFAULT.http().bodyBytes();
    public int roomChars = Limits.DEFAULT.rooms().chars();
    public int pendingPerRoom = Limits.DEFAULT.rooms().pending();
    public Duration unloadAfter = Limits.DEFAULT.rooms().unloadAfter();
    public int elementsPerTurn = Limits.DEFAULT.rooms().elementsPerTurn();
    public int compactionOps = Limits.DEFAULT.compaction().ops();
    public int opsPerTurn = Limits.DEFAULT.peers().opsPerTurn();
    public HistoryLimits history = HistoryLimits.DEFAULT;
    public Duration shutdown = Limits.DEFAULT.shutdown();

    public Limits build() {
        return new Limits(
                new Limits.Connections(
                        frameBytes,
                        opsPerSecond,
                        opBytesPerSecond,
                        CONNECTIONS.perAddress(),
                        new Limits.NewRooms(newRoomsPerAddress, newRooms),
                        memberQueueBytes,
                        inputBytes,
                        handshake,
                        idle),
                new Limits.Http(bodyBytes),
                new Limits.Rooms(roomChars, pendingPerRoom, unloadAfter, elementsPerTurn),
                new Limits.Compaction(compactionOps, Limits.DEFAULT.compaction().interval()),
                Limits.DEFAULT.presence(),
                new Limits.Peers(Limits.DEFAULT.peers().interval(), opsPerTurn),
                history,
                shutdown);
    }
}
