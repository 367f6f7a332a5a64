package dev.concord.server.config;

import java.time.Duration;

/** The default limits with some of them changed. */
public final class TestLimits {
    public int frameBytes = Limits.DEFAULT.frameBytes();
    public int opsPerSecond = Limits.DEFAULT.opsPerSecond();
    public int roomChars = Limits.DEFAULT.roomChars();
    public int pendingPerRoom = Limits.DEFAULT.pendingPerRoom();
    public int bodyBytes = Limits.DEFAULT.bodyBytes();
    public int memberQueueBytes = Limits.DEFAULT.memberQueueBytes();
    public int foldOps = Limits.DEFAULT.foldOps();
    public Duration handshake = Limits.DEFAULT.handshake();
    public Duration idle = Limits.DEFAULT.idle();
    public Duration unloadAfter = Limits.DEFAULT.unloadAfter();
    public int healTurn = Limits.DEFAULT.healTurn();
    public Duration shutdown = Limits.DEFAULT.shutdown();
    public HistoryLimits history = HistoryLimits.DEFAULT;

    public Limits build() {
        return new Limits(
                frameBytes,
                opsPerSecond,
                Limits.DEFAULT.connectionsPerAddress(),
                roomChars,
                pendingPerRoom,
                Limits.DEFAULT.presenceBytes(),
                bodyBytes,
                memberQueueBytes,
                handshake,
                idle,
                foldOps,
                Limits.DEFAULT.foldInterval(),
                unloadAfter,
                Limits.DEFAULT.presenceTick(),
                Limits.DEFAULT.presenceExpiry(),
                Limits.DEFAULT.healInterval(),
                healTurn,
                shutdown,
                history);
    }
}
