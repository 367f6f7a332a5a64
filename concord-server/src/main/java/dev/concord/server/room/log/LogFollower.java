package dev.concord.server.room.log;

import dev.concord.crdt.Operation;
import dev.concord.server.room.HandOver;
import dev.concord.server.room.OwnCommits;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomLog;
import dev.concord.server.room.RoomLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log of a room, to which other instances may append. It knows the place up to which everything is in the document:
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
    /** After this long the instance that sent an op is taken to have lost it. More than a commit ever takes. */
    private static final Duration OVERDUE = Duration.ofSeconds(2);

    private final RoomContext context;
    private final Archive archive;
    private final HandOver ends;
    private final RoomLoop loop;
    private final RoomLog.Host room;
    private final OwnCommits own;
    private final Runnable caughtUp;

    /** Everything up to here is in the document. */
    private long appliedSeq;
    /** The log is known to reach up to here. */
    private long knownSeq;

    private boolean reading;
    private boolean timed;
    private long notBeforeNanos;
    private final Map<Operation, Long> unconfirmed = new LinkedHashMap<>();

    /**
     * Follows the log from a place on.
     *
     * @param own the places of the room's own ops
     * @param ends brings what was read to the loop
     * @param caughtUp is run when more of the log than before is in the document
     */
    LogFollower(
            RoomContext context,
            RoomLog.Host room,
            OwnCommits own,
            Archive archive,
            HandOver ends,
            long appliedSeq,
            Runnable caughtUp) {
        this.context = context;
        this.archive = archive;
        this.ends = ends;
        this.loop = context.loop();
        this.room = room;
        this.own = own;
        this.caughtUp = caughtUp;
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
    void received(Operation operation) {
        unconfirmed.put(operation, loop.nanoTime());
    }

    /** Whether something is in the document of which it is not known that it is, or will be, in the log. */
    boolean hasUnconfirmed() {
        return !unconfirmed.isEmpty();
    }

    /** Once the log has been read to its end: stores what others sent and did not store. */
    void storeOverdue() {
        if (unconfirmed.isEmpty() || reading || knownSeq > appliedSeq) {
            return;
        }
        long now = loop.nanoTime();
        List<Operation> overdue = new ArrayList<>();
        unconfirmed.forEach((operation, receivedNanos) -> {
            if (now - receivedNanos >= OVERDUE.toNanos()) {
                overdue.add(operation);
            }
        });
        for (Operation operation : overdue) {
            unconfirmed.remove(operation);
            if (!room.storeForAnother(operation)) {
                received(operation);
            }
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
            loop.schedule(
                    () -> {
                        timed = false;
                        if (knownSeq > appliedSeq) {
                            readSoon();
                        }
                    },
                    early);
            timed = true;
        }
    }

    private void read() {
        reading = true;
        try {
            archive.read(context.id(), context.epoch(), appliedSeq, later -> ends.bring(() -> tryToTake(later)));
        } catch (RuntimeException | Error fault) {
            failed(fault);
        }
    }

    private void tryToTake(Archive.Later later) {
        try {
            take(later);
        } catch (RuntimeException | Error fault) {
            // What was taken of it is known then, and the rest is read again.
            failed(fault);
        }
    }

    private void failed(Throwable fault) {
        reading = false;
        LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("its log could not be followed");
        notBeforeNanos = loop.nanoTime() + TROUBLE.toNanos();
        readSoon();
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
                    room.takeLogged(logged.operation());
                    appliedSeq = logged.seq();
                }
                unconfirmed.remove(logged.operation());
            }
            context.events().caughtUp(appliedSeq - before);
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
            room.gone(gone.recreated());
            return;
        } else if (later instanceof Archive.Later.Failed failed) {
            LOG.atWarn().addKeyValue("room", context.id()).log("the log could not be read: {}", failed.reason());
            pause = TROUBLE;
        }
        notBeforeNanos = loop.nanoTime() + pause.toNanos();
        caughtUp.run();
        if (knownSeq > appliedSeq) {
            readSoon();
        }
    }
}
