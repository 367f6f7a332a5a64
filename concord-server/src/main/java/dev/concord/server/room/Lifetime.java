package dev.concord.server.room;

import dev.concord.crdt.ConflictException;
import dev.concord.store.RoomGoneException;
import dev.concord.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * How long a room is in use, and what ends it. A room whose memory may differ from its log ends at once, and the next join loads it again from
 * the log. That comes before the line in the server's own log, which may fail, too. On the room's loop.
 */
final class Lifetime {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

    private final RoomContext context;
    private final Attempts attempts;
    private final Attendance attendance;
    private final Peers peers;
    private final ServerEdits serverEdits;

    private boolean dismissed;
    private boolean closed;

    /** In use from now on; the parts named here end with it. */
    Lifetime(RoomContext context, Attendance attendance, Peers peers, ServerEdits serverEdits) {
        this.context = context;
        this.attempts = new Attempts(context);
        this.attendance = attendance;
        this.peers = peers;
        this.serverEdits = serverEdits;
    }

    /** Whether the room takes no more edits: it leaves memory, or has left it. */
    boolean isEnding() {
        return dismissed;
    }

    /** Whether the room has left memory. */
    boolean isOver() {
        return closed;
    }

    /** Sends everybody away and takes no more ops. */
    void dismiss(Close why) {
        dismissed = true;
        attendance.dismissAll(why);
    }

    /** Dismisses whoever is left and gives the room's memory back. */
    void end(Close why) {
        if (closed) {
            return;
        }
        // First of all: whatever fails from here on, nobody is let into this memory any more.
        dismissed = true;
        closed = true;
        attempts.attempt("sending the members away", () -> attendance.dismissAll(why));
        attempts.attempt("leaving the other instances", peers::close);
        attempts.attempt("ending edits of the server", serverEdits::abandon);
        attempts.attempt("giving a state back", attendance::forgetState);
        attempts.attempt("counting", context.events()::roomClosed);
    }

    /** Sends away who has come, or was left, in a room that is over, and would wait for an answer for ever. */
    void turnAway(Member member) {
        if (closed) {
            member.close(Close.RESTARTING);
        }
    }

    /** The log has, or will have, what this memory may not have. */
    void editFailed(Throwable fault) {
        end(Close.RESTARTING);
        error().setCause(fault).log("failed in the middle of an edit, the room is loaded again");
    }

    /** The document does not take what the log has or will have. */
    void applyFailed(Throwable fault) {
        end(Close.OVERLOADED);
        error().setCause(fault).log("the document refuses an op that was stored");
    }

    /** The log has not what the document has: nobody may go on from this memory. */
    void storeFailed(StoreException reason) {
        if (closed) {
            return;
        }
        end(reason instanceof RoomGoneException ? Close.NO_SUCH_ROOM : Close.RESTARTING);
        error().log("an op could not be stored, the room is dropped from memory: {}", reason.getMessage());
    }

    /** Both instances took an edit of the same id. The log's order decides, and memory has the other one. */
    void contradicted(ConflictException conflict) {
        end(Close.RESTARTING);
        error().log("an op of the log contradicts one in memory, the room is loaded again: {}", conflict.getMessage());
    }

    /** Memory may have a part of a snapshot. */
    void mergeFailed(Throwable fault) {
        end(Close.RESTARTING);
        error().setCause(fault).log("the snapshot cannot be merged into what is in memory, the room is loaded again");
    }

    /** The members are not in step with the document, and could not be made to come back. */
    void resyncFailed(Throwable fault) {
        end(Close.RESTARTING);
        error().setCause(fault).log("that failed, too; the room is closed");
    }

    /** Another instance has deleted the room, and perhaps made a new one of the same id. */
    void deleted(boolean recreated) {
        end(recreated ? Close.RESTARTING : Close.NO_SUCH_ROOM);
        LOG.atInfo().addKeyValue("room", context.id()).log("deleted by another instance, leaves memory");
    }

    private LoggingEventBuilder error() {
        return LOG.atError().addKeyValue("room", context.id());
    }
}
