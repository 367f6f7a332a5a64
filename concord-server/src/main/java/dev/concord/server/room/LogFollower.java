package dev.concord.server.room;

import dev.concord.crdt.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a room level with its log, to which other instances may append. It knows the place up to which everything is in the document:
 * the room's own commits advance it, and where they leave a gap the ops of others are read from the log.
 *
 * <p>It also remembers the ops that came over the bus from other instances and were not seen in the log yet. Until then nobody knows
 * that they are durable: the instance that had them may have been killed before its commit.
 */
final class LogFollower {
    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
    /** Between two looks at the log while others append to it, so that a busy room does not read it for every commit of its own. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** After a failure. */
    private static final Duration TROUBLE = Duration.ofSeconds(1);
    /** After this long the instance that told of an op is taken to have lost it. More than a commit ever takes. */
    private static final Duration OVERDUE = Duration.ofSeconds(2);

    /** What the follower does to its room. */
    interface Follower {
        /** Applies what the log has and sends it to the members; already known is fine. */
        void takeLogged(Operation operation, long seq);

        /** Merges a snapshot and resynchronises the members. */
        void takeState(byte[] state);

        /** The room was deleted. */
        void gone(boolean madeAnew);

        /** Appends an op that is in the document and that nobody else seems to have stored. */
        void storeForAnother(Operation operation);

        /** More of the log than before is in the document. */
        void caughtUp();

        boolean isClosed();
    }

    private final String roomId;
    private final String epoch;
    private final Archive archive;
    private final RoomLoop loop;
    private final RoomEvents events;
    private final Follower room;
    private final OwnCommits own;

    /** Everything up to here is in the document. */
    private long appliedSeq;
    /** The log is known to reach up to here. */
    private long knownSeq;

    private boolean reading;
    private boolean timed;
    private long notBeforeNanos;
    private final Map<Operation, Long> unconfirmed = new LinkedHashMap<>();

    LogFollower(
            String roomId,
            String epoch,
            long appliedSeq,
            OwnCommits own,
            Archive archive,
            RoomLoop loop,
            RoomEvents events,
            Follower room) {
        this.roomId = roomId;
        this.epoch = epoch;
        this.archive = archive;
        this.loop = loop;
        this.events = events;
        this.room = room;
        this.own = own;
        this.appliedSeq = appliedSeq;
        this.knownSeq = appliedSeq;
        this.notBeforeNanos = loop.nanoTime();
    }

    /** The place in the log up to which everything is in the document. */
    long appliedSeq() {
        return appliedSeq;
    }

    boolean isReading() {
        return reading;
    }

    /** Ops of the room became durable. */
    void committed() {
        appliedSeq = own.advance(appliedSeq);
        expect(own.highest());
    }

    /** The log is said to reach this far; reads what is missing here. */
    void expect(long seq) {
        knownSeq = Math.max(knownSeq, seq);
        if (knownSeq > appliedSeq) {
            readSoon();
        }
    }

    /** Looks at the log, whether or not anything is known to be there. */
    void look() {
        expect(appliedSeq + 1);
    }

    /** An op came over the bus and was applied. */
    void heard(Operation operation) {
        unconfirmed.put(operation, loop.nanoTime());
    }

    /** Whether something is in the document of which it is not known that it is, or will be, in the log. */
    boolean hasUnconfirmed() {
        return !unconfirmed.isEmpty();
    }

    /** Once the log has been read to its end: stores what others told of and did not store. */
    void storeOverdue() {
        if (unconfirmed.isEmpty() || reading || knownSeq > appliedSeq) {
            return;
        }
        long now = loop.nanoTime();
        List<Operation> overdue = new ArrayList<>();
        unconfirmed.forEach((operation, heardNanos) -> {
            if (now - heardNanos >= OVERDUE.toNanos()) {
                overdue.add(operation);
            }
        });
        for (Operation operation : overdue) {
            unconfirmed.remove(operation);
            room.storeForAnother(operation);
        }
    }

    private void readSoon() {
        if (reading || timed || room.isClosed()) {
            return;
        }
        Duration early = Duration.ofNanos(notBeforeNanos - loop.nanoTime());
        if (early.isNegative() || early.isZero()) {
            read();
        } else {
            timed = true;
            loop.schedule(
                    () -> {
                        timed = false;
                        if (knownSeq > appliedSeq) {
                            readSoon();
                        }
                    },
                    early);
        }
    }

    private void read() {
        reading = true;
        archive.read(roomId, epoch, appliedSeq, later -> loop.execute(() -> take(later)));
    }

    private void take(Archive.Later later) {
        reading = false;
        if (room.isClosed()) {
            return;
        }
        Duration pause = PAUSE;
        if (later instanceof Archive.Later.Ops page) {
            long before = appliedSeq;
            for (Archive.Logged logged : page.ops()) {
                if (logged.seq() > appliedSeq && !room.isClosed()) {
                    room.takeLogged(logged.operation(), logged.seq());
                    appliedSeq = logged.seq();
                }
                unconfirmed.remove(logged.operation());
            }
            events.caughtUp(appliedSeq - before);
            appliedSeq = own.advance(appliedSeq);
            knownSeq = Math.max(page.lastSeq(), own.highest());
            if (!page.ops().isEmpty() && page.lastSeq() > appliedSeq) {
                pause = Duration.ZERO;
            }
        } else if (later instanceof Archive.Later.State state) {
            room.takeState(state.state());
            appliedSeq = own.advance(Math.max(appliedSeq, state.seq()));
            knownSeq = Math.max(knownSeq, appliedSeq + 1);
            pause = Duration.ZERO;
        } else if (later instanceof Archive.Later.Gone gone) {
            room.gone(gone.madeAnew());
            return;
        } else if (later instanceof Archive.Later.Failed failed) {
            LOG.atWarn().addKeyValue("room", roomId).log("its log could not be read: {}", failed.reason());
            pause = TROUBLE;
        }
        notBeforeNanos = loop.nanoTime() + pause.toNanos();
        room.caughtUp();
        if (knownSeq > appliedSeq) {
            readSoon();
        }
    }
}
