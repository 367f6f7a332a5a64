package dev.concord.server.config;

import java.time.Duration;

/**
 * Every bound of the server, in one place. Those with a variable in {@link Setting} can be changed by the operator.
 *
 * @param frameBytes one WebSocket message: 1 MiB, well above the 64 KiB pieces in which Concord's clients send a large paste
 * @param opsPerSecond of one connection, and its burst: 100,000, twice what two connections need to reach the measured peak, so that
 *     it stops a runaway program and no writer
 * @param connectionsPerAddress 1,000, so that an office behind one address fits; loopback is exempt, a proxy there is the operator's
 * @param roomChars visible UTF-16 units of a document: 10 million, a hundred times a long paper; no more elements may wait, either
 * @param pendingPerRoom runs and ranges that wait for an anchor in one room: 100,000; a client that is merely late is far below
 * @param presenceBytes one presence message: 2 KiB, a name, a colour and a few ids
 * @param bodyBytes an HTTP request body: 8 MiB, room for a large document
 * @param memberQueueBytes what waits to be written to one member before it counts as slow and is resynchronised later: 1 MiB
 * @param handshake from the connection, or the last answer, to a complete request: 10 s; and from a close frame to the end of the
 *     connection, should the other side not read it
 * @param idle without a sign of life, pongs included, before a connection is closed: 60 s; a ping goes out after a third of that. An
 *     HTTP answer must have been taken in that time, too
 * @param foldOps ops after which a changed room is folded into its snapshot: 200
 * @param foldInterval time after which a changed room is folded: 5 s
 * @param unloadAfter time without members after which a room leaves memory: 30 s
 * @param presenceTick presence of one member goes out at most once in this time, the newest wins: 30 ms; in rooms of more than 60 members half
 *     a millisecond for each member
 * @param presenceExpiry time after which a member of another instance is gone when nothing is heard of it: 15 s; renewed three times in that
 * @param healInterval how often an instance compares with the others what it has of a room in memory: 1 s
 * @param healTurn ops that another instance had and this one lacks, which are applied in one turn of a room's loop: 2,000, some milliseconds.
 *     From a tenth of it on the members get them as one state, and ten times of it may wait in the op log, a fifth of what that takes
 * @param shutdown for everything between SIGTERM and the end: 10 s
 * @param history bounds of versions and of comparing them
 */
public record Limits(
        int frameBytes,
        int opsPerSecond,
        int connectionsPerAddress,
        int roomChars,
        int pendingPerRoom,
        int presenceBytes,
        int bodyBytes,
        int memberQueueBytes,
        Duration handshake,
        Duration idle,
        int foldOps,
        Duration foldInterval,
        Duration unloadAfter,
        Duration presenceTick,
        Duration presenceExpiry,
        Duration healInterval,
        int healTurn,
        Duration shutdown,
        HistoryLimits history) {
    /** The limits of a server that nobody configured. */
    public static final Limits DEFAULT = new Limits(
            1 << 20,
            100_000,
            1_000,
            10_000_000,
            100_000,
            2 << 10,
            8 << 20,
            1 << 20,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            200,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMillis(30),
            Duration.ofSeconds(15),
            Duration.ofSeconds(1),
            2_000,
            Duration.ofSeconds(10),
            HistoryLimits.DEFAULT);
}
