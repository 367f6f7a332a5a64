package dev.concord.server.room;

import dev.concord.crdt.Operation;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Takes the many ops that another instance had and this one lacked, as after a cut of a minute: some in each turn of the room's loop, so that
 * those who type meanwhile are not kept waiting, and no faster than the op log stores them, so that it has room for what they type. The
 * members get all of it as one state in the end, which costs them a fraction of a message an op. Runs on the room's loop.
 */
final class Healing {
    /** So many ops in one turn: some milliseconds. */
    private static final int TURN = 1_000;
    /** With so many ops on their way into the log no more are given to it: a fifth of what it takes, which all rooms share. */
    private static final int MOST_UNSETTLED = 20_000;

    private final Room room;
    private final RoomLoop loop;
    private final RoomEvents events;
    private final Runnable afterwards;

    private final Queue<Operation> left = new ArrayDeque<>();
    private byte[] before = {};
    private boolean waitsForLog;
    private int taken;

    /**
     * Nothing to heal yet.
     *
     * @param afterwards is run when everything was taken and the members were told
     */
    Healing(Room room, RoomLoop loop, RoomEvents events, Runnable afterwards) {
        this.room = room;
        this.loop = loop;
        this.events = events;
        this.afterwards = afterwards;
    }

    /** Whether there is something that was not taken yet. */
    boolean isBusy() {
        return !left.isEmpty();
    }

    /** Begins to take these, anchors first; only when not busy. */
    void take(List<Operation> operations) {
        left.addAll(operations);
        before = room.document().version();
        taken = 0;
        turn();
    }

    /** The op log has stored something. */
    void stored() {
        if (waitsForLog && room.unsettled() < MOST_UNSETTLED) {
            waitsForLog = false;
            turn();
        }
    }

    private void turn() {
        if (room.isClosed()) {
            left.clear();
            return;
        }
        for (int i = 0; i < TURN && !left.isEmpty(); i++) {
            if (room.takeQuietly(left.remove())) {
                taken++;
            }
        }
        if (left.isEmpty()) {
            end();
        } else if (room.unsettled() < MOST_UNSETTLED) {
            loop.execute(this::turn);
        } else {
            waitsForLog = true;
        }
    }

    private void end() {
        if (taken > 0) {
            events.healed(taken);
            room.tellWhatIsNewSince(before);
        }
        afterwards.run();
    }
}
