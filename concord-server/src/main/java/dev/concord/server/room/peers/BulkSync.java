package dev.concord.server.room.peers;

import dev.concord.crdt.Operation;
import dev.concord.server.room.Peers;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomEvents;
import dev.concord.server.room.RoomLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the many ops that another instance had and that were missing here, as after a cut of a minute. They are applied first, some in each turn of
 * the room's loop, so that those who type meanwhile are not kept waiting; then the members get all of it as one state, which costs them a
 * fraction of a message an op; then they go into the op log, no faster than it stores them, so that it has room for what members type. Until
 * that is done the other instance's store alone has them, and nothing that is among them is acknowledged here. Runs on the room's loop.
 */
final class BulkSync {
    private static final Logger LOG = LoggerFactory.getLogger(BulkSync.class);
    /** With so many turns' ops on their way into the log no more are given to it, for all rooms share it. */
    private static final int MAX_TURNS_UNSETTLED = 10;
    /** From this part of a turn on ops are many. */
    private static final int MANY = 10;

    private final Peers.Host room;
    private final int turn;
    private final RoomLoop loop;
    private final RoomEvents events;
    private final Runnable afterwards;

    private final Queue<Operation> untaken = new ArrayDeque<>();
    private final Queue<Operation> unstored = new ArrayDeque<>();
    private final List<Runnable> onceStored = new ArrayList<>();
    private byte[] before = {};
    private int taken;
    private boolean storing;
    private boolean taking;

    /**
     * Nothing to take yet.
     *
     * @param afterwards is run when everything was taken and sent to the members
     */
    BulkSync(RoomContext context, Peers.Host room, Runnable afterwards) {
        this.room = room;
        this.turn = context.limits().peers().opsPerTurn();
        this.loop = context.loop();
        this.events = context.events();
        this.afterwards = afterwards;
    }

    /** Whether so many ops are better taken by this than one by one. */
    boolean areMany(int ops) {
        return ops * MANY > turn;
    }

    /** Whether there is something that was not applied yet. */
    boolean isBusy() {
        return !untaken.isEmpty();
    }

    /** Whether everything was given to the op log. */
    boolean isStored() {
        return untaken.isEmpty() && unstored.isEmpty();
    }

    /** Runs something as soon as {@link #isStored}, or when the room is closed before that. */
    void onceStored(Runnable then) {
        if (isStored() || room.isClosed()) {
            then.run();
        } else {
            onceStored.add(then);
        }
    }

    /** Begins to take these; only when not busy. */
    void take(List<Operation> operations) {
        untaken.addAll(operations);
        before = room.document().version();
        taken = 0;
        takeSome();
    }

    private void takeLater() {
        // Noted afterwards: where the loop refuses, the next tick asks it again.
        loop.execute(this::takeSome);
        taking = true;
    }

    private void takeSome() {
        taking = false;
        for (int i = 0; i < turn && !untaken.isEmpty(); i++) {
            takeOne(untaken.remove());
        }
        if (!untaken.isEmpty()) {
            takeLater();
        } else {
            if (taken > 0) {
                attempt(() -> events.repaired(taken));
                attempt(() -> room.sendSince(before));
            }
            stored();
            if (isStored()) {
                runWaiting();
            }
            afterwards.run();
        }
    }

    private void takeOne(Operation next) {
        try {
            if (room.takeQuietly(next)) {
                taken++;
                unstored.add(next);
            }
        } catch (RuntimeException | Error fault) {
            // The others still come; this one is missing at the next comparison.
            LOG.error("an op of another instance could not be taken", fault);
        }
    }

    /** The op log may have room: call it when it has stored something, and from time to time, should others have filled it. */
    void stored() {
        if (!taking && !untaken.isEmpty()) {
            takeLater();
        }
        if (!storing && !unstored.isEmpty()) {
            loop.execute(this::storeSome);
            storing = true;
        }
    }

    private void storeSome() {
        storing = false;
        boolean accepted = true;
        try {
            for (int i = 0; i < turn && accepted && !unstored.isEmpty() && logHasRoom(); i++) {
                accepted = room.store(unstored.element());
                if (accepted) {
                    unstored.remove();
                }
            }
        } catch (RuntimeException | Error fault) {
            // The next call goes on with this op.
            LOG.error("ops of another instance could not be stored", fault);
            return;
        }
        if (unstored.isEmpty()) {
            runWaiting();
        } else if (accepted && logHasRoom()) {
            stored();
        }
    }

    private boolean logHasRoom() {
        return room.unsettled() < (long) turn * MAX_TURNS_UNSETTLED;
    }

    /** The room leaves memory. */
    void close() {
        untaken.clear();
        unstored.clear();
        runWaiting();
    }

    private void runWaiting() {
        List<Runnable> waiting = List.copyOf(onceStored);
        onceStored.clear();
        waiting.forEach(BulkSync::attempt);
    }

    /** Whatever it does, what follows is done, too. */
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            LOG.error("a step of taking ops of another instance failed", fault);
        }
    }
}
