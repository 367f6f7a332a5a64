package dev.concord.server.room;

import dev.concord.server.config.Limits;
import dev.concord.store.OpLog;
import dev.concord.store.RoomStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of this server: brings them into memory when they are entered and lets them go when nobody is there. Thread-safe;
 * each room's own state is touched on its loop only, and the store on the I/O threads only.
 */
public final class RoomDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(RoomDirectory.class);

    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final RoomStore store;
    private final OpLog opLog;
    private final Executor io;
    private final RoomLoops loops;
    private final RoomEvents events;
    private final Wings wings;
    private final RoomCreator creator;
    private final RoomLoader loader;
    private final Slot.Owner owner = new Owner();

    private volatile Consumer<String> stored = roomId -> {};

    /**
     * A directory without rooms.
     *
     * @param store where rooms are kept
     * @param opLog the log on that store
     * @param io runs what blocks
     * @param loops gives each room its thread
     * @param frames encodes for the transport
     * @param events is notified of what happens
     * @param limits all bounds
     * @param wings what each room is made with
     */
    public RoomDirectory(
            RoomStore store,
            OpLog opLog,
            Executor io,
            RoomLoops loops,
            Frames frames,
            RoomEvents events,
            Limits limits,
            Wings wings) {
        this.store = store;
        this.opLog = opLog;
        this.io = io;
        this.loops = loops;
        this.events = events;
        this.wings = wings;
        this.creator = new RoomCreator(store, wings.locator());
        this.loader = new RoomLoader(creator, opLog, frames, events, limits, wings);
    }

    /**
     * Names who is to be notified of every snapshot that is stored from now on.
     *
     * @param listener gets the room's id on an I/O thread; must be quick
     */
    public void onStored(Consumer<String> listener) {
        stored = listener;
        wings.logs().onSnapshot(listener);
    }

    /**
     * Runs something in a room, which is brought into memory for that when needed.
     *
     * @param roomId a valid room id
     * @param create whether to create the room when there is none
     * @param callback gets the room, or why there is none, on the room's loop
     */
    public void run(String roomId, boolean create, RoomCallback callback) {
        Slot slot = slots.computeIfAbsent(roomId, id -> new Slot(id, loops.of(id), loader, opLog, io, events, owner));
        slot.loop().execute(() -> slot.run(callback, create));
    }

    /**
     * Runs something in an existing room, for callers on threads of their own.
     *
     * @param <T> what comes of it
     * @param roomId a valid room id
     * @param task runs on the room's loop, and must not block
     * @return completes as the task's stage does, on the loop; exceptionally with a {@link RoomAbsentException} when there is no such room or
     *     it cannot be loaded, and with whatever the task throws
     */
    public <T> CompletableFuture<T> call(String roomId, Function<Room, ? extends CompletionStage<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(roomId, false, new RoomCallback() {
            @Override
            public void enter(Room room) {
                CompletionStage<T> stage;
                try {
                    stage = task.apply(room);
                } catch (RuntimeException | Error e) {
                    result.completeExceptionally(e);
                    return;
                }
                stage.whenComplete((value, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(failure);
                    } else {
                        result.complete(value);
                    }
                });
            }

            @Override
            public void absent(Absence reason) {
                result.completeExceptionally(new RoomAbsentException(roomId, reason));
            }
        });
        return result;
    }

    /**
     * Creates a room that holds a text.
     *
     * @param roomId a valid room id
     * @param text LF only, no lone surrogates
     * @param by who creates it; empty when not known
     * @return completes on an I/O thread: whether it was created now, false when there is one already
     */
    public CompletableFuture<Boolean> create(String roomId, String text, String by) {
        return CompletableFuture.supplyAsync(
                () -> {
                    boolean created = creator.create(roomId, text, by);
                    if (created) {
                        stored.accept(roomId);
                    }
                    return created;
                },
                io);
    }

    /**
     * Deletes a room and all that is kept of it, for good and on every instance. Its members are sent away.
     *
     * @param roomId a valid room id
     * @return completes when nothing of it is stored here any more and its members here are sent away: whether there was such a room
     */
    public CompletableFuture<Boolean> delete(String roomId) {
        return CompletableFuture.supplyAsync(() -> creator.delete(roomId), io)
                .thenCompose(ended -> ended.isEmpty()
                        ? CompletableFuture.completedFuture(false)
                        : endInMemory(roomId, ended.get()).thenApply(done -> true));
    }

    /**
     * Deletes a room as {@link #delete} does, unless it has changed meanwhile. Blocks.
     *
     * @param roomId a valid room id
     * @param changedBefore unix ms: a room that changed later stays
     * @return whether it was deleted
     */
    public boolean deleteIdle(String roomId, long changedBefore) {
        Optional<String> ended = store.deleteIdle(roomId, changedBefore);
        ended.ifPresent(epoch -> {
            wings.locator().ended(roomId, epoch);
            endInMemory(roomId, epoch);
        });
        return ended.isPresent();
    }

    /**
     * Another instance has ended a history.
     *
     * @param roomId the room
     * @param epoch the history
     */
    public void ended(String roomId, String epoch) {
        if (store.isShared()) {
            // The log says whether that is so.
            catchUp(roomId);
            return;
        }
        CompletableFuture.runAsync(() -> store.end(roomId, epoch), io)
                .thenCompose(done -> endInMemory(roomId, epoch))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.atWarn().addKeyValue("room", roomId).log("cannot be deleted now: {}", failure.toString());
                    }
                });
    }

    /**
     * Whether a history of a room is over.
     *
     * @param roomId the room
     * @param epoch the history
     * @return completes on an I/O thread; exceptionally when the store is away
     */
    public CompletableFuture<Boolean> hasEnded(String roomId, String epoch) {
        return CompletableFuture.supplyAsync(() -> store.endings().of(roomId).contains(epoch), io);
    }

    private CompletableFuture<@Nullable Void> endInMemory(String roomId, String epoch) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        loader.release(roomId);
        Slot slot = slots.get(roomId);
        if (slot == null) {
            done.complete(null);
        } else {
            slot.loop().execute(() -> {
                slot.end(epoch);
                done.complete(null);
            });
        }
        LOG.atInfo().addKeyValue("room", roomId).addKeyValue("epoch", epoch).log("deleted");
        return done;
    }

    /**
     * Notes who created a room by opening it.
     *
     * @param roomId the room
     * @param epoch its epoch
     * @param by who; nothing is noted for an empty name, or when somebody else is known
     */
    public void createdBy(String roomId, String epoch, String by) {
        if (!by.isEmpty()) {
            io.execute(() -> creator.createdBy(roomId, epoch, by));
        }
    }

    /**
     * A snapshot of a room was stored by something else than its compaction.
     *
     * @param roomId the room
     */
    public void snapshotStored(String roomId) {
        stored.accept(roomId);
    }

    /** Lets rooms go that nobody has used for a while. Call it from time to time. */
    public void sweep() {
        slots.values().forEach(slot -> slot.loop().execute(slot::sweep));
    }

    /**
     * Sends all members away, waits for the log, and compacts every changed room.
     *
     * @param deadline for all of it
     * @return completes when everything is stored, exceptionally when the deadline passes first
     */
    public CompletableFuture<Void> shutDown(Duration deadline) {
        wings.locator().close();
        return onEach(Slot::dismiss)
                .thenCompose(dismissed -> opLog.flush())
                .thenCompose(flushed -> onEach(Slot::finish))
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Reads what other instances have appended to one room's log, for when somebody says that they did. Nothing happens when the room is not
     * in memory.
     *
     * @param roomId the room
     */
    public void catchUp(String roomId) {
        Slot slot = slots.get(roomId);
        if (slot != null) {
            slot.loop().execute(() -> slot.catchUp(null));
        }
    }

    /**
     * Reads what other instances have appended to every room's log: asks the store once how far all logs reach, and reads those that have
     * grown. Call it at an interval when other instances write to the same store.
     *
     * @return completes when the store has answered; exceptionally when it is away, which the next call makes up for
     */
    public CompletableFuture<Void> catchUpAll() {
        List<Slot> all = List.copyOf(slots.values());
        if (all.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.supplyAsync(
                        () -> store.heads(all.stream().map(Slot::id).toList()), io)
                .thenAccept(heads ->
                        all.forEach(slot -> slot.loop().execute(() -> slot.catchUp(heads.get(slot.id())))));
    }

    /**
     * Has every room send the other instances what it has, so that they send what is missing here. Call it when the bus is connected again and
     * each instance has a store of its own.
     */
    public void compareAll() {
        slots.values()
                .forEach(slot -> slot.loop().execute(() -> {
                    Room room = slot.open();
                    if (room != null) {
                        wings.locator().opened(slot.id(), room.epoch());
                        room.peers().compare();
                    }
                }));
    }

    private CompletableFuture<Void> onEach(BiConsumer<Slot, Runnable> task) {
        List<CompletableFuture<@Nullable Void>> all = new ArrayList<>();
        for (Slot slot : slots.values()) {
            CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
            all.add(done);
            slot.loop().execute(() -> task.accept(slot, () -> done.complete(null)));
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }

    private final class Owner implements Slot.Owner {
        @Override
        public void run(String roomId, boolean create, RoomCallback callback) {
            RoomDirectory.this.run(roomId, create, callback);
        }

        @Override
        public void remove(Slot slot) {
            slots.remove(slot.id(), slot);
        }
    }
}
