package dev.concord.server.config;

import java.time.Duration;

/**
 * Every bound of the server, in one place, by what it bounds. Those with a variable in {@link Setting} can be changed by the operator.
 *
 * @param connections bounds of connections
 * @param http bounds of one HTTP request
 * @param rooms bounds of one room
 * @param compaction when the log of a room is compacted into its snapshot
 * @param presence bounds of presence
 * @param peers how instances compare what they have of a room
 * @param history bounds of versions and of comparing them
 * @param shutdown for everything between SIGTERM and the end: 10 s
 */
public record Limits(
        Connections connections,
        Http http,
        Rooms rooms,
        Compaction compaction,
        Presence presence,
        Peers peers,
        HistoryLimits history,
        Duration shutdown) {
    /** The limits of a server that nobody configured. */
    public static final Limits DEFAULT = new Limits(
            new Connections(
                    1 << 20,
                    100_000,
                    16 << 20,
                    1_000,
                    new NewRooms(10_000, 1_000_000),
                    1 << 20,
                    64 << 20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60)),
            new Http(8 << 20),
            new Rooms(10_000_000, 100_000, Duration.ofSeconds(30), 20_000),
            new Compaction(200, Duration.ofSeconds(5)),
            new Presence(2 << 10, Duration.ofMillis(30), Duration.ofSeconds(15)),
            new Peers(Duration.ofSeconds(1), 2_000),
            HistoryLimits.DEFAULT,
            Duration.ofSeconds(10));

    /**
     * Bounds of connections, of each unless it says otherwise.
     *
     * @param frameBytes one WebSocket message: 1 MiB, well above the 256 KiB to which Concord's clients fill a frame
     * @param opsPerSecond and burst: 100,000, twice what two connections need to reach the measured peak, so that it stops a runaway
     *     program and no writer
     * @param opBytesPerSecond and burst, of the frames with ops: 16 MiB, so that the largest room is sent again within seconds
     * @param perAddress connections from one address: 1,000, so that an office behind one address fits; loopback is exempt, a proxy there
     *     is the operator's
     * @param newRooms how many rooms may be created
     * @param queueBytes what waits to be written to one member before it counts as slow and is resynchronised later: 1 MiB
     * @param inputBytes what all connections together may make the server hold that is not complete yet, half of it for one address: 64 MiB,
     *     and never more than a quarter of the direct memory; the greediest connections are closed first
     * @param handshake from the connection, or the last answer, to a complete request: 10 s; and from a close frame to the end of the
     *     connection, should the other side not read it
     * @param idle without a sign of life, pongs included, before a connection is closed: 60 s; a ping goes out after a third of that. A
     *     message must be complete within half of it after it began. An HTTP answer must have been taken in that time, too
     */
    public record Connections(
            int frameBytes,
            int opsPerSecond,
            int opBytesPerSecond,
            int perAddress,
            NewRooms newRooms,
            int queueBytes,
            int inputBytes,
            Duration handshake,
            Duration idle) {}

    /**
     * How many rooms may be created within an hour, and at once after a quiet hour.
     *
     * @param perAddress by one address: 10,000, for what creates rooms is often a program; loopback is exempt
     * @param perServer by all together: 1,000,000
     */
    public record NewRooms(int perAddress, int perServer) {}

    /**
     * Bounds of one HTTP request.
     *
     * @param bodyBytes a request body: 8 MiB, room for a large document
     */
    public record Http(int bodyBytes) {}

    /**
     * Bounds of one room.
     *
     * @param chars visible UTF-16 units of a document: 10 million, a hundred times a long paper; no more elements may wait, either
     * @param pending runs and ranges that wait for an anchor: 100,000; a client that is merely late is far below
     * @param unloadAfter time without members after which a room leaves memory: 30 s
     * @param elementsPerTurn a document of up to so many elements, deleted ones included, is encoded in a turn of its loop: 20,000, a
     *     millisecond or two; a larger one on a thread in the background. A site, and a run that waits, count as 20 elements
     */
    public record Rooms(int chars, int pending, Duration unloadAfter, int elementsPerTurn) {}

    /**
     * When the log of a changed room is compacted into its snapshot.
     *
     * @param ops after so many of them: 200
     * @param interval after that time: 5 s
     */
    public record Compaction(int ops, Duration interval) {}

    /**
     * Bounds of presence.
     *
     * @param bytes one presence message: 2 KiB, a name, a colour and a few ids
     * @param tick presence of one member goes out at most once in this time, the newest wins: 30 ms; in rooms of more than 60 members half
     *     a millisecond for each member
     * @param expiry time after which a member of another instance is gone when nothing was received of it: 15 s; renewed three times in
     *     that
     */
    public record Presence(int bytes, Duration tick, Duration expiry) {}

    /**
     * How instances compare what they have of a room.
     *
     * @param interval how often an instance compares a room in memory with the others: 1 s
     * @param opsPerTurn ops that another instance had and that are missing here, which are applied in one turn of a room's loop: 2,000, some
     *     milliseconds. From a tenth of it on the members get them as one state, and ten times of it may wait in the op log, a fifth of
     *     what that takes
     */
    public record Peers(Duration interval, int opsPerTurn) {}
}
