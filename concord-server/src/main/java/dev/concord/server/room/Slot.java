package dev.concord.server.room;

import dev.concord.store.OpLog;
import dev.concord.store.RoomHead;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room on its way into memory, in it, or on its way out. Everything but the id and the loop is the loop's. */
final class Slot {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

    /** Where the slot is kept. */
    interface Owner {
        /** Runs something in the room, in whichever slot. */
        void run(String roomId, boolean create, RoomCallback callback);

        /** The slot is empty and not to be used again. */
        void remove(Slot slot);
    }

    private final String id;
    private final RoomLoop loop;
    private final RoomLoader loader;
    private final OpLog opLog;
    private final Executor io;
    private final RoomEvents events;
    private final Owner owner;
    private final HandOver ends;

    private final List<RoomCallback> toExisting = new ArrayList<>();
    private final List<RoomCallback> toAny = new ArrayList<>();
    private @Nullable Room room;
    private boolean loading;
    private boolean removed;
    /** The epoch that ended last: what is still being read of it is not the room any more. */
    private @Nullable String ended;

    Slot(String id, RoomLoop loop, RoomLoader loader, OpLog opLog, Executor io, RoomEvents events, Owner owner) {
        this.id = id;
        this.loop = loop;
        this.loader = loader;
        this.opLog = opLog;
        this.io = io;
        this.events = events;
        this.owner = owner;
        this.ends = new HandOver(loop);
    }

    String id() {
        return id;
    }

    RoomLoop loop() {
        return loop;
    }

    /** The room, unless it is on its way in or out. */
    @Nullable
    Room open() {
        return room == null || room.isClosed() ? null : room;
    }

    void run(RoomCallback callback, boolean create) {
        Room open = open();
        if (removed) {
            owner.run(id, create, callback);
        } else if (open != null) {
            callback.enter(open);
        } else {
            (create ? toAny : toExisting).add(callback);
            load();
        }
    }

    private void load() {
        if (loading) {
            return;
        }
        loading = true;
        boolean create = !toAny.isEmpty();
        if (loader.isQuarantined(id, loop)) {
            settle(RoomLoader.Loaded.FAILED, create);
        } else if (room == null || room.isDrained()) {
            hand(create);
        } else {
            // Dropped after a fault with ops still in the op log: what is read before they are stored would be missing
            // them, and a later
            // compaction would prune them.
            opLog.flush().whenComplete((flushed, logClosed) -> hand(create));
        }
    }

    /** To an I/O thread; when there is none to be had, those who wait are notified, and the next who comes tries again. */
    private void hand(boolean create) {
        try {
            io.execute(() -> loadNow(create));
        } catch (RuntimeException | Error fault) {
            ends.bring(() -> settle(RoomLoader.Loaded.FAILED, create));
            LOG.atError().addKeyValue("room", id).setCause(fault).log("a room could not be loaded");
        }
    }

    private void loadNow(boolean create) {
        RoomLoader.Loaded loaded = RoomLoader.Loaded.FAILED;
        try {
            loaded = loader.load(id, loop, create);
        } finally {
            // Whatever happened, those who wait are notified.
            RoomLoader.Loaded outcome = loaded;
            ends.bring(() -> settle(outcome, create));
        }
    }

    private void settle(RoomLoader.Loaded loaded, boolean created) {
        loading = false;
        Room entered = loaded.room();
        if (entered != null && entered.epoch().equals(ended)) {
            entered = null;
        }
        if (loaded.failed()) {
            answer(toExisting, callback -> callback.absent(Absence.UNAVAILABLE));
            answer(toAny, callback -> callback.absent(Absence.UNAVAILABLE));
            // Whatever counting does, those who wait are notified.
            events.roomFailed();
        } else if (entered == null) {
            answer(toExisting, callback -> callback.absent(Absence.MISSING));
            if (!created && !toAny.isEmpty()) {
                load();
                return;
            }
            // Created, and deleted before it could be read.
            answer(toAny, callback -> callback.absent(Absence.UNAVAILABLE));
        } else {
            open(entered);
        }
        if (isGone()) {
            remove();
        }
    }

    private void open(Room entered) {
        room = entered;
        try {
            events.roomOpened();
            entered.open();
        } catch (RuntimeException | Error fault) {
            LOG.atError().addKeyValue("room", id).setCause(fault).log("a room could not be opened");
            entered.close(Close.RESTARTING);
            answer(toExisting, callback -> callback.absent(Absence.UNAVAILABLE));
            answer(toAny, callback -> callback.absent(Absence.UNAVAILABLE));
            return;
        }
        answer(toExisting, callback -> callback.enter(entered));
        answer(toAny, callback -> callback.enter(entered));
    }

    private boolean isGone() {
        return room == null || (room.isClosed() && room.isDrained());
    }

    /** Reads what the log has and the room has not: nothing when it reaches no further, and is of the same history. */
    void catchUp(@Nullable RoomHead head) {
        Room open = open();
        if (open == null) {
            return;
        }
        if (head == null || !head.epoch().equals(open.epoch())) {
            // It may have been created only after it was asked for: the log itself says.
            open.log().catchUp();
        } else {
            open.log().catchUp(head.lastSeq());
        }
    }

    /** An epoch has ended: a room that has it, or will have it when it has been read, is gone. */
    void end(String epoch) {
        ended = epoch;
        Room open = open();
        if (open != null && open.epoch().equals(epoch)) {
            open.close(Close.NO_SUCH_ROOM);
        }
    }

    /** Lets the room go when nobody has used it for a while. */
    void sweep() {
        ends.watch();
        Room open = open();
        if (open != null) {
            open.watch();
        }
        if (open != null && open.isIdle()) {
            LOG.atDebug().addKeyValue("room", id).log("idle, leaves memory");
            open.close(Close.RESTARTING);
        }
        if (!loading && isGone()) {
            remove();
        }
    }

    /** Sends all members away, and runs something once all that other instances had is given to the op log. */
    void dismiss(Runnable done) {
        if (room == null) {
            done.run();
        } else {
            room.dismiss(Close.RESTARTING);
            room.peers().onceStored(done);
        }
    }

    /** Compacts the room's log, closes the room, and runs something. */
    void finish(Runnable done) {
        Room open = open();
        if (open == null) {
            done.run();
        } else {
            open.log().finish(() -> {
                open.close(Close.RESTARTING);
                done.run();
            });
        }
    }

    private void remove() {
        removed = true;
        owner.remove(this);
    }

    private void answer(List<RoomCallback> waiting, Consumer<RoomCallback> outcome) {
        List<RoomCallback> all = new ArrayList<>(waiting);
        waiting.clear();
        for (RoomCallback callback : all) {
            try {
                outcome.accept(callback);
            } catch (RuntimeException | Error fault) {
                // The others have come too.
                LOG.atError().addKeyValue("room", id).setCause(fault).log("a task of the room failed");
            }
        }
    }
}
