package dev.concord.server.room.peers;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.config.Limits;
import dev.concord.server.room.Member;
import dev.concord.server.room.OperationBounds;
import dev.concord.server.room.Peers;
import dev.concord.server.room.PresenceRules;
import dev.concord.server.room.RoomContext;
import dev.concord.server.room.RoomEvents;
import dev.concord.server.room.RoomLoop;
import dev.concord.server.room.Shown;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same room on the other instances: sends them what happens here, and takes what happens there. Runs on the room's loop; only {@link
 * #received} is called by the bus.
 *
 * <p>What comes over the bus is a hint. With a shared store, its log is authoritative, see {@link dev.concord.server.room.RoomLog}. With
 * separate stores, each instance stores everything that it receives, and they compare version summaries at an interval: an instance sends
 * what another one is missing.
 */
public final class RoomPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(RoomPeers.class);
    /** Messages of one room that wait for its loop, after which more are dropped; anti-entropy brings them later. */
    private static final int MAX_WAITING = 20_000;
    /** Unchanged rooms compare versions only every so many ticks. */
    private static final int CALM = 3;
    /** A longer difference than this, in bytes, is sent to the same instance only after a pause: it may still be taking the last one. */
    private static final int LONG = 64 << 10;

    private static final Duration LONG_PAUSE = Duration.ofMillis(1500);
    /** Between two comparisons that others have asked for by being different, so that instances in the middle of edits do not chatter. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** A room that is loaded does not wait longer to know who is in it elsewhere. */
    private static final Duration PRESENCE_PATIENCE = Duration.ofMillis(500);

    /** The body of a state from the bus, in bytes: several times a document of ten million characters with all its tombstones. */
    private static final int MAX_STATE = 256 << 20;
    /** What is missing where nothing is. */
    private static final byte[] NOTHING = nothing();

    private final RoomContext context;
    private final Host room;
    private final Bus bus;
    private final PresenceBoard board;
    private final Cluster.Reach reach;
    private final Limits limits;
    private final RoomLoop loop;
    private final RoomEvents events;
    private final String channel;
    private final RemoteMembers remote;

    private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();

    /** Members whose presence the board does not have yet. */
    private final Set<Member> unposted = new LinkedHashSet<>();

    private final BulkSync bulkSync;

    /** Of the document as it is; null when it has to be read. */
    private byte @Nullable [] version;

    /** How often the document has changed. */
    private long changes;

    /** Whether a comparison waits for the document's version. */
    private boolean comparing;

    private int ticks;
    private long postedNanos;
    private long comparedNanos;
    /** Whether the next tick compares, calm or not. */
    private boolean doubtful;

    /** Who got a long difference last, and when. */
    private String longAnswered = "";

    private long longAnsweredNanos;

    /** Who was on the board before the room was opened. */
    private List<PresenceBoard.Entry> listed = List.of();

    private boolean open;

    /** Whether the loop has the next tick. */
    private boolean ticking;

    /** Messages that were taken; as of the last tick, and whether others waited then. */
    private long received;

    private long receivedBefore;
    private boolean waitedBefore;

    /**
     * Closed at first.
     *
     * @param cluster the other instances
     * @param context the room's
     * @param room the room
     */
    public RoomPeers(Cluster cluster, RoomContext context, Host room) {
        this.context = context;
        this.room = room;
        this.bus = cluster.bus();
        this.board = cluster.board();
        this.reach = cluster.reach();
        this.limits = context.limits();
        this.loop = context.loop();
        this.events = context.events();
        this.channel = Channels.of(context.id());
        this.remote = new RemoteMembers(bus.instance());
        this.bulkSync = new BulkSync(context, room, this::compare);
        this.postedNanos = loop.nanoTime();
    }

    @Override
    public void prepare() {
        listed = board.list(context.id())
                .toCompletableFuture()
                .orTimeout(PRESENCE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(away -> List.of())
                .join();
    }

    @Override
    public void open() {
        if (reach == Cluster.Reach.SOLO) {
            return;
        }
        open = true;
        remote.listed(listed, loop.nanoTime(), news -> {});
        listed = List.of();
        bus.subscribe(channel, this::received);
        compare();
        // The answer may come before the channel is subscribed.
        doubtful = true;
        tickLater();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            bus.unsubscribe(channel);
            bulkSync.close();
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void publish(Operation operation, byte[] frame) {
        if (!open) {
            return;
        }
        List<byte[]> messages = new ArrayList<>(1);
        for (Operation delete : deletesUnder(operation)) {
            messages.add(address(delete, WireCodec.write(new Message.Op(0, delete))));
        }
        messages.add(address(operation, frame));
        bus.publish(channel, BusCodec.array(messages));
    }

    /**
     * The deletes that an insert of placeholders must not arrive without: it stands for text that its sender knew as deleted only, and
     * where the delete got lost the placeholders would be seen, and would contradict the text itself. Both travel in one message.
     */
    private List<Operation> deletesUnder(Operation operation) {
        if (!(operation instanceof Operation.Insert insert) || insert.value().indexOf('\uFFFD') < 0) {
            return List.of();
        }
        List<Operation> deletes = new ArrayList<>();
        for (int i = 0; i < insert.length(); i++) {
            ElementId element = new ElementId(insert.id().site(), insert.id().counter() + i);
            Operation delete = new Operation.Delete(element, 1);
            if (room.document().check(delete) == Outcome.DUPLICATE) {
                deletes.add(delete);
            }
        }
        return deletes;
    }

    private byte[] address(Operation operation, byte[] frame) {
        return BusCodec.write(
                new BusMessage(bus.instance(), null, context.epoch(), "", new Message.Op(0, operation)), frame);
    }

    @Override
    public void stored() {
        bulkSync.stored();
    }

    @Override
    public boolean areStored() {
        return bulkSync.isStored();
    }

    @Override
    public void onceStored(Runnable then) {
        bulkSync.onceStored(then);
    }

    @Override
    public void changed() {
        version = null;
        changes++;
    }

    @Override
    public void show(Map<Member, Shown> changed) {
        if (!open || changed.isEmpty()) {
            return;
        }
        unposted.addAll(changed.keySet());
        List<byte[]> messages = new ArrayList<>();
        changed.forEach(
                (member, shown) -> messages.add(BusCodec.write(message(member, shown.presence()), shown.json())));
        bus.publish(channel, BusCodec.array(messages));
    }

    @Override
    public void leave(Member member, Message.Presence farewell, boolean sharesName) {
        if (!open) {
            return;
        }
        unposted.remove(member);
        bus.publish(channel, BusCodec.write(message(member, farewell)));
        boolean last = !sharesName && !remote.hasUser(farewell.user());
        board.remove(context.id(), RemoteMembers.id(bus.instance(), member.id()), last ? farewell.user() : "");
    }

    @Override
    public List<Message.Presence> present() {
        return remote.all();
    }

    private BusMessage message(Member member, Message.Presence presence) {
        return new BusMessage(bus.instance(), null, context.epoch(), member.id(), presence);
    }

    private void tickLater() {
        ticking = false;
        loop.schedule(this::tick, limits.peers().interval());
        ticking = true;
    }

    @Override
    public void watch() {
        if (open && !ticking) {
            tick();
        }
    }

    private void tick() {
        if (!open) {
            return;
        }
        // First of all: whatever fails below is done at the next tick.
        tickLater();
        ticks++;
        attempt("watching the bus", this::takeLeft);
        attempt("storing what others sent", bulkSync::stored);
        if (doubtful || version == null || ticks % CALM == 0) {
            attempt("comparing", this::compare);
        }
        long now = loop.nanoTime();
        attempt("presence", () -> {
            remote.expire(now + limits.peers().interval().toNanos(), room::received);
            post(now);
        });
    }

    /** Does one of several things that do not need each other; what fails now is done at the next tick. */
    private void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("{} failed", what);
        }
    }

    @Override
    public void compare() {
        if (!open || reach != Cluster.Reach.SEPARATE_STORES || !bus.isConnected()) {
            return;
        }
        if (bulkSync.isBusy()) {
            // Or all of it would be sent again.
            doubtful = true;
            return;
        }
        doubtful = false;
        comparedNanos = loop.nanoTime();
        byte[] known = version;
        if (known != null) {
            publish(known);
        } else if (!comparing) {
            comparing = true;
            long before = changes;
            room.read(Document::version, (read, fault) -> {
                comparing = false;
                if (read == null) {
                    doubtful = true;
                    return;
                }
                keep(read, before);
                // What was applied meanwhile is at most sent here once more.
                publish(read);
            });
        }
    }

    private void publish(byte[] summarised) {
        if (open) {
            Message.Sync summary = new Message.Sync(new byte[0], summarised, context.epoch());
            bus.publish(channel, BusCodec.write(new BusMessage(bus.instance(), null, context.epoch(), "", summary)));
        }
    }

    /** Keeps a version that was read after so many changes, if there were no others. */
    private void keep(byte[] read, long before) {
        if (changes == before) {
            version = read;
        }
    }

    /** Renews the members of this instance on the board, and reads who else is there. */
    private void post(long now) {
        Map<Member, Message.Presence> shown = room.shown();
        boolean all = now - postedNanos >= limits.presence().expiry().toNanos() / 3;
        List<PresenceBoard.Entry> entries = new ArrayList<>();
        shown.forEach((member, presence) -> {
            if (all || unposted.contains(member)) {
                entries.add(
                        remote.entry(member.id(), presence, limits.presence().expiry()));
            }
        });
        unposted.clear();
        board.show(context.id(), entries);
        if (all) {
            postedNanos = now;
            board.list(context.id()).whenComplete((listed, away) -> {
                if (listed != null) {
                    loop.execute(() -> {
                        if (open) {
                            remote.listed(listed, loop.nanoTime(), room::received);
                        }
                    });
                }
            });
        }
    }

    /** Called by the bus, on its thread. */
    private void received(byte[] json) {
        if (BusCodec.isFrom(json, bus.instance())) {
            return;
        }
        if (waitingCount.get() >= MAX_WAITING) {
            events.busDropped();
            return;
        }
        waiting.add(json);
        if (waitingCount.getAndIncrement() == 0) {
            loop.execute(this::receiveAll);
        }
    }

    private void receiveAll() {
        // As many as there are now: what comes meanwhile has its own turn, so that members are not kept waiting.
        int count = waitingCount.get();
        for (int i = 0; i < count; i++) {
            byte[] next = waiting.poll();
            if (open && next != null) {
                tryToReceive(next);
            }
        }
        received += count;
        if (waitingCount.addAndGet(-count) > 0) {
            loop.execute(this::receiveAll);
        }
    }

    /** Whatever one message does, those after it are taken. */
    private void tryToReceive(byte[] json) {
        try {
            receive(json);
        } catch (RuntimeException | Error fault) {
            doubtful = true;
            events.busRefused();
            LOG.atError()
                    .addKeyValue("room", context.id())
                    .setCause(fault)
                    .log("a message of another instance could not be taken");
        }
    }

    /** Messages that nobody comes to take: the loop would have taken them long before a tick. */
    private void takeLeft() {
        long before = receivedBefore;
        receivedBefore = received;
        if (waitingCount.get() > 0 && waitedBefore && received == before) {
            LOG.atError()
                    .addKeyValue("room", context.id())
                    .addKeyValue("messages", waitingCount.get())
                    .log("messages of other instances wait and are not taken, taking them now");
            receiveAll();
        }
        waitedBefore = waitingCount.get() > 0;
    }

    private void receive(byte[] json) {
        BusCodec.read(json, new BusCodec.Reader() {
            @Override
            public void message(BusMessage message) {
                take(message, json.length);
            }

            @Override
            public void fault(WireException fault) {
                refuse(fault.code(), String.valueOf(fault.getMessage()));
            }
        });
    }

    private void take(BusMessage from, int frameBytes) {
        boolean forOthers = from.target() != null && !from.target().equals(bus.instance());
        boolean otherHistory = !from.epoch().isEmpty() && !from.epoch().equals(context.epoch());
        if (!open || forOthers || otherHistory || from.source().equals(bus.instance())) {
            return;
        }
        Message message = from.message();
        if (message instanceof Message.Op op) {
            String fault = OperationBounds.fault(room.document(), op.operation());
            if (fault == null) {
                take(op.operation(), false);
            } else {
                // Where it is right all the same, because what comes before it was lost on the way, it comes again with
                // that.
                refuse(ErrorCode.INVALID_OP, fault);
            }
        } else if (message instanceof Message.Presence presence) {
            takePresence(from, presence, frameBytes);
        } else if (message instanceof Message.Sync sync) {
            if (sync.state().length > 0) {
                takeState(sync);
            } else {
                answer(from.source(), sync);
            }
        }
    }

    /** Applies an op from elsewhere unless it is known. */
    private void take(Operation operation, boolean compared) {
        if (room.take(operation, reach == Cluster.Reach.SEPARATE_STORES) && compared) {
            events.repaired(1);
        }
    }

    private void takePresence(BusMessage from, Message.Presence presence, int frameBytes) {
        int max = limits.presence().bytes();
        // A frame of many messages may be longer than one of them may be.
        boolean tooLong = frameBytes > max && WireCodec.write(presence).length > max;
        if (tooLong || !PresenceRules.isColor(presence.color())) {
            refuse(ErrorCode.MALFORMED, "presence");
            return;
        }
        long expires = loop.nanoTime() + limits.presence().expiry().toNanos();
        Message.Presence news = remote.received(from, presence, expires);
        if (news != null) {
            room.received(news);
        }
    }

    /** Another instance has sent what it has: it gets what is missing there. */
    private void answer(String source, Message.Sync summary) {
        if (reach != Cluster.Reach.SEPARATE_STORES || source.isEmpty() || Arrays.equals(summary.version(), version)) {
            return;
        }
        long before = changes;
        boolean pause = mustPause(source);
        room.read(
                document -> {
                    byte[] here = document.version();
                    boolean same = Arrays.equals(summary.version(), here);
                    byte[] missing = same || pause ? NOTHING : document.difference(summary.version());
                    return new Message.Sync(missing, here, context.epoch());
                },
                (difference, fault) -> {
                    if (fault instanceof MalformedStateException) {
                        refuse(ErrorCode.MALFORMED, String.valueOf(fault.getMessage()));
                    } else if (difference == null) {
                        doubtful = true;
                    } else {
                        keep(difference.version(), before);
                        answer(source, summary, difference, pause);
                    }
                });
    }

    private boolean mustPause(String source) {
        return source.equals(longAnswered) && loop.nanoTime() - longAnsweredNanos < LONG_PAUSE.toNanos();
    }

    private void answer(String source, Message.Sync summary, Message.Sync difference, boolean paused) {
        long now = loop.nanoTime();
        if (!open || Arrays.equals(summary.version(), difference.version())) {
            return;
        }
        if (paused || mustPause(source)) {
            // It may still be taking what it got last.
            doubtful = true;
            return;
        }
        if (!Arrays.equals(difference.state(), NOTHING)) {
            bus.publish(
                    channel, BusCodec.write(new BusMessage(bus.instance(), source, context.epoch(), "", difference)));
            if (difference.state().length > LONG) {
                longAnswered = source;
                longAnsweredNanos = now;
            }
        }
        // It may have what is missing here, which it sends when it knows what is here.
        if (now - comparedNanos >= PAUSE.toNanos()) {
            compare();
        } else {
            doubtful = true;
        }
    }

    /** What another instance has and was missing here when this one asked. */
    private void takeState(Message.Sync sync) {
        if (bulkSync.isBusy()) {
            doubtful = true;
            return;
        }
        List<Operation> ops;
        try {
            ops = room.document().unseen(sync.state(), MAX_STATE);
        } catch (MalformedStateException e) {
            refuse(ErrorCode.MALFORMED, "a state that cannot be read: " + e.getMessage());
            return;
        }
        if (bulkSync.areMany(ops.size()) && reach == Cluster.Reach.SEPARATE_STORES) {
            bulkSync.take(ops);
        } else {
            for (Operation op : ops) {
                take(op, true);
            }
        }
    }

    private void refuse(ErrorCode code, String why) {
        events.busRefused();
        LOG.atWarn()
                .addKeyValue("room", context.id())
                .log("a message on the bus was refused, {}: {}", code.wire(), why);
    }

    private static byte[] nothing() {
        Document empty = new Document("nobody");
        return empty.difference(empty.version());
    }
}
