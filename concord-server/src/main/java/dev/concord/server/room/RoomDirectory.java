package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.Sites;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.config.Limits;
import dev.concord.store.OpLog;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreUnavailableException;
import dev.concord.store.StoredRoom;
import java.security.SecureRandom;
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
    /** How long a room that cannot be read is refused without being read again. */
    static final Duration QUARANTINE = Duration.ofMinutes(1);

    /** A room that is loaded does not wait longer to know who is in it elsewhere. */
    private static final Duration PRESENCE_PATIENCE = Duration.ofMillis(500);

    /** A room on its way into memory, in it, or on its way out. Everything but the id and the loop is the loop's. */
    private final class Slot {
        final String id;
        final RoomLoop loop;
        final List<RoomCallback> toExisting = new ArrayList<>();
        final List<RoomCallback> toAny = new ArrayList<>();

        @Nullable
        Room room;

        boolean loading;
        boolean removed;

        Slot(String id, RoomLoop loop) {
            this.id = id;
            this.loop = loop;
        }

        void run(RoomCallback callback, boolean make) {
            if (removed) {
                RoomDirectory.this.run(id, make, callback);
            } else if (room != null && !room.isClosed()) {
                callback.enter(room);
            } else {
                (make ? toAny : toExisting).add(callback);
                load();
            }
        }

        private void load() {
            if (loading) {
                return;
            }
            loading = true;
            boolean make = !toAny.isEmpty();
            if (isQuarantined()) {
                settle(new Loaded(null, List.of(), true), make);
                return;
            }
            if (room == null || room.isDrained()) {
                io.execute(() -> loadNow(make));
            } else {
                // Dropped after a fault with ops still in the op log: what is read before they are stored would lack
                // them, and
                // a later compaction would prune them.
                opLog.flush().whenComplete((flushed, logClosed) -> io.execute(() -> loadNow(make)));
            }
        }

        private boolean isQuarantined() {
            Long until = quarantine.get(id);
            return until != null && loop.nanoTime() - until < 0;
        }

        private void loadNow(boolean make) {
            Loaded loaded = new Loaded(null, List.of(), true);
            try {
                loaded = read(this, make);
            } finally {
                // Whatever happened, those who wait are told.
                Loaded outcome = loaded;
                loop.execute(() -> settle(outcome, make));
            }
        }

        private void settle(Loaded loaded, boolean made) {
            loading = false;
            if (loaded.failed()) {
                events.roomFailed();
                tell(toExisting, callback -> callback.absent(Absence.UNAVAILABLE));
                tell(toAny, callback -> callback.absent(Absence.UNAVAILABLE));
            } else if (loaded.room() == null) {
                tell(toExisting, callback -> callback.absent(Absence.MISSING));
                if (!made && !toAny.isEmpty()) {
                    load();
                    return;
                }
                // Made, and deleted before it could be read.
                tell(toAny, callback -> callback.absent(Absence.UNAVAILABLE));
            } else {
                Room entered = loaded.room();
                room = entered;
                events.roomOpened();
                entered.open(loaded.present());
                // Ops that a process left behind before it compacted them.
                entered.compactor().advanced();
                tell(toExisting, callback -> callback.enter(entered));
                tell(toAny, callback -> callback.enter(entered));
            }
            if (isGone()) {
                remove();
            }
        }

        private boolean isGone() {
            return room == null || (room.isClosed() && room.isDrained());
        }

        /** Nothing when the room's log stands no further, and is of the same history. */
        void level(@Nullable RoomHead head) {
            if (room == null || room.isClosed()) {
                return;
            }
            if (head == null || !head.epoch().equals(room.epoch())) {
                // It may have been made only after it was asked for: the log itself says.
                room.catchUp();
            } else {
                room.catchUp(head.lastSeq());
            }
        }

        void sweep() {
            if (room != null && !room.isClosed() && room.isIdle()) {
                LOG.atDebug().addKeyValue("room", id).log("idle, leaves memory");
                room.close(Close.RESTARTING);
            }
            if (!loading && isGone()) {
                remove();
            }
        }

        private void remove() {
            removed = true;
            slots.remove(id, this);
        }

        private void tell(List<RoomCallback> waiting, Consumer<RoomCallback> outcome) {
            List<RoomCallback> all = new ArrayList<>(waiting);
            waiting.clear();
            for (RoomCallback callback : all) {
                try {
                    outcome.accept(callback);
                } catch (RuntimeException fault) {
                    // The others have come too.
                    LOG.atError().addKeyValue("room", id).setCause(fault).log("what was to run in the room failed");
                }
            }
        }
    }

    private record Loaded(@Nullable Room room, List<PresenceBoard.Entry> present, boolean failed) {}

    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final RoomStore store;
    private final OpLog opLog;
    private final Executor io;
    private final RoomLoops loops;
    private final Frames frames;
    private final RoomEvents events;
    private final Limits limits;
    private final SecureRandom random = new SecureRandom();
    private final Archive archive;
    private final Cluster cluster;
    private final RoomCreator creator;
    /** Until when, in nanoseconds of their loops. */
    private final Map<String, Long> quarantine = new ConcurrentHashMap<>();

    private volatile Consumer<String> stored = roomId -> {};

    /**
     * A directory without rooms.
     *
     * @param store where rooms are kept
     * @param opLog the log on that store
     * @param io runs what blocks
     * @param loops gives each room its thread
     * @param frames encodes for the transport
     * @param events hears what happens
     * @param limits all bounds
     * @param cluster the other instances
     */
    public RoomDirectory(
            RoomStore store,
            OpLog opLog,
            Executor io,
            RoomLoops loops,
            Frames frames,
            RoomEvents events,
            Limits limits,
            Cluster cluster) {
        this.store = store;
        this.opLog = opLog;
        this.io = io;
        this.loops = loops;
        this.frames = frames;
        this.events = events;
        this.limits = limits;
        this.archive = new StoreArchive(
                store, io, () -> Sites.random(random), limits.history(), roomId -> stored.accept(roomId));
        this.cluster = cluster;
        this.creator = new RoomCreator(store, cluster, new RoomLocator(cluster, this), random);
    }

    /**
     * Has somebody told of every snapshot that was stored.
     *
     * @param listener gets the room's id on an I/O thread; must be quick
     */
    public void onStored(Consumer<String> listener) {
        stored = listener;
    }

    /**
     * Runs something in a room, which is brought into memory for that when needed.
     *
     * @param roomId a valid room id
     * @param make whether to make the room when there is none
     * @param callback gets the room, or why there is none, on the room's loop
     */
    public void run(String roomId, boolean make, RoomCallback callback) {
        Slot slot = slots.computeIfAbsent(roomId, id -> new Slot(id, loops.of(id)));
        slot.loop.execute(() -> slot.run(callback, make));
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
                } catch (RuntimeException e) {
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
     * Makes a room that holds a text.
     *
     * @param roomId a valid room id
     * @param text LF only, no lone surrogates
     * @return completes on an I/O thread: whether it was made now, false when there is one already
     */
    public CompletableFuture<Boolean> create(String roomId, String text) {
        return CompletableFuture.supplyAsync(
                () -> {
                    boolean made = creator.create(roomId, text);
                    if (made) {
                        stored.accept(roomId);
                    }
                    return made;
                },
                io);
    }

    /** Lets rooms go that nobody has used for a while. Call it from time to time. */
    public void sweep() {
        slots.values().forEach(slot -> slot.loop.execute(slot::sweep));
    }

    /**
     * Sends all members away, waits for the log, and compacts every changed room.
     *
     * @param deadline for all of it
     * @return completes when everything is stored, exceptionally when the deadline passes first
     */
    public CompletableFuture<Void> shutDown(Duration deadline) {
        return onEach((slot, done) -> {
                    if (slot.room == null) {
                        done.complete(null);
                    } else {
                        slot.room.dismiss(Close.RESTARTING);
                        slot.room.onceSynced(() -> done.complete(null));
                    }
                })
                .thenCompose(dismissed -> opLog.flush())
                .thenCompose(flushed -> onEach((slot, done) -> {
                    Room room = slot.room;
                    if (room == null || room.isClosed()) {
                        done.complete(null);
                    } else {
                        room.compactor().finish(() -> {
                            room.close(Close.RESTARTING);
                            done.complete(null);
                        });
                    }
                }))
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Brings one room level with its log, for when somebody says that another instance has appended to it. Nothing happens when it is not
     * in memory.
     *
     * @param roomId the room
     */
    public void catchUp(String roomId) {
        Slot slot = slots.get(roomId);
        if (slot != null) {
            slot.loop.execute(() -> {
                if (slot.room != null && !slot.room.isClosed()) {
                    slot.room.catchUp();
                }
            });
        }
    }

    /**
     * Brings every room level with its log: asks the store once where all logs stand, and reads those that have grown by what other
     * instances appended. Call it at an interval when other instances write to the same store.
     *
     * @return completes when the store has answered; exceptionally when it is away, which the next call makes up for
     */
    public CompletableFuture<Void> catchUpAll() {
        List<Slot> all = List.copyOf(slots.values());
        if (all.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.supplyAsync(
                        () -> store.heads(all.stream().map(slot -> slot.id).toList()), io)
                .thenAccept(heads -> all.forEach(slot -> slot.loop.execute(() -> slot.level(heads.get(slot.id)))));
    }

    /**
     * Lets every room tell the other instances what it has, so that they send what it lacks. Call it when the bus is connected again and
     * each instance has a store of its own.
     */
    public void compareAll() {
        slots.values()
                .forEach(slot -> slot.loop.execute(() -> {
                    if (slot.room != null && !slot.room.isClosed()) {
                        slot.room.compare();
                    }
                }));
    }

    private interface SlotTask {
        void run(Slot slot, CompletableFuture<@Nullable Void> done);
    }

    private CompletableFuture<Void> onEach(SlotTask task) {
        List<CompletableFuture<@Nullable Void>> all = new ArrayList<>();
        for (Slot slot : slots.values()) {
            CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
            all.add(done);
            slot.loop.execute(() -> task.run(slot, done));
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }

    /** Runs on an I/O thread: the room's document from its snapshot and the ops after it. */
    private Loaded read(Slot slot, boolean make) {
        try {
            Optional<StoredRoom> stored = creator.find(slot.id, make);
            if (stored.isEmpty()) {
                return new Loaded(null, List.of(), false);
            }
            StoredRoom room = stored.get();
            Document document = Replay.of(slot.id, room, Sites.random(random));
            release(slot);
            return new Loaded(
                    new Room(
                            slot.id,
                            room.epoch(),
                            document,
                            room.stateSeq(),
                            room.lastSeq(),
                            opLog,
                            archive,
                            limits,
                            slot.loop,
                            frames,
                            events,
                            cluster),
                    present(slot.id),
                    false);
        } catch (StoreUnavailableException e) {
            LOG.atWarn().addKeyValue("room", slot.id).log("cannot be loaded just now: {}", e.getMessage());
            return new Loaded(null, List.of(), true);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("room", slot.id)
                    .log(
                            "cannot be loaded; its rows are left as they are, and not read again for {} s: {}",
                            QUARANTINE.toSeconds(),
                            e.toString());
            quarantine.put(slot.id, slot.loop.nanoTime() + QUARANTINE.toNanos());
            events.quarantined(quarantine.size());
            return new Loaded(null, List.of(), true);
        }
    }

    private void release(Slot slot) {
        if (quarantine.remove(slot.id) != null) {
            LOG.atInfo().addKeyValue("room", slot.id).log("can be read again");
            events.quarantined(quarantine.size());
        }
    }

    /** Who is in a room elsewhere; nobody when that cannot be known soon. */
    private List<PresenceBoard.Entry> present(String roomId) {
        return cluster.board()
                .list(roomId)
                .toCompletableFuture()
                .orTimeout(PRESENCE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(away -> List.of())
                .join();
    }
}
