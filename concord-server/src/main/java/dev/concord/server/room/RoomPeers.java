package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.config.Limits;
import dev.concord.wire.BusCodec;
import dev.concord.wire.BusMessage;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same room on the other instances: tells them what happens here, and takes what happens there. Runs on the room's loop; only {@link
 * #heard} is called by the bus.
 *
 * <p>What comes over the bus is a hint. With one store for all, its log is the truth, see {@link LogFollower}. With separate stores each
 * instance stores whatever it learns, and they compare versions at an interval: who has what another lacks sends it.
 */
final class RoomPeers {
    private static final Logger LOG = LoggerFactory.getLogger(RoomPeers.class);
    /** Messages of one room that wait for its loop, after which more are dropped and healed later. */
    private static final int MAX_WAITING = 20_000;
    /** Unchanged rooms compare versions only every so many ticks. */
    private static final int CALM = 3;
    /** A longer difference than this, in bytes, is sent to the same instance only after a pause: it may still be taking the last one. */
    private static final int LONG = 64 << 10;

    private static final Duration LONG_PAUSE = Duration.ofMillis(1500);
    /** Between two comparisons that others have asked for by being different, so that instances in the middle of edits do not chatter. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** The body of a state from the bus, in bytes: several times a document of ten million characters with all its tombstones. */
    private static final int MOST_STATE = 256 << 20;
    /** What is lacking where nothing is. */
    private static final byte[] NOTHING = nothing();

    private final Room room;
    private final Bus bus;
    private final PresenceBoard board;
    private final Cluster.Reach reach;
    private final Limits limits;
    private final RoomLoop loop;
    private final RoomEvents events;
    private final RemoteMembers remote;

    private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();

    /** Members whose presence the board does not have yet. */
    private final Set<Member> unposted = new LinkedHashSet<>();

    private final BulkSync bulkSync;

    private byte @Nullable [] version;
    private int ticks;
    private long postedNanos;
    private long comparedNanos;
    /** Whether the next tick compares, calm or not. */
    private boolean doubtful;

    /** Who got a long difference last, and when. */
    private String longAnswered = "";

    private long longAnsweredNanos;

    private boolean open;

    RoomPeers(Room room, Cluster cluster, Limits limits, RoomLoop loop, RoomEvents events) {
        this.room = room;
        this.bus = cluster.bus();
        this.board = cluster.board();
        this.reach = cluster.reach();
        this.limits = limits;
        this.loop = loop;
        this.events = events;
        this.remote = new RemoteMembers(bus.instance());
        this.bulkSync = new BulkSync(room, limits, loop, events, this::compare);
        this.postedNanos = loop.nanoTime();
    }

    /** The room came into memory; these were on the board a moment ago. */
    void open(List<PresenceBoard.Entry> present) {
        if (reach == Cluster.Reach.SOLO) {
            return;
        }
        open = true;
        remote.listed(present, loop.nanoTime(), news -> {});
        bus.subscribe(Channels.of(room.id()), this::heard);
        compare();
        // The answer may come before the channel is heard.
        doubtful = true;
        tickLater();
    }

    /** The room leaves memory. */
    void close() {
        if (open) {
            open = false;
            bus.unsubscribe(Channels.of(room.id()));
            bulkSync.close();
        }
    }

    /** Whether there are others to whom this room speaks. */
    boolean isOpen() {
        return open;
    }

    /** An op was applied that a member here sent; {@code json} is its message. */
    void publish(Operation operation, byte[] json) {
        if (!open) {
            return;
        }
        List<byte[]> messages = new ArrayList<>(1);
        for (Operation delete : deletesBehind(operation)) {
            messages.add(address(WireCodec.write(new Message.Op(0, delete))));
        }
        messages.add(address(json));
        bus.publish(Channels.of(room.id()), array(messages));
    }

    /**
     * The deletes that an insert of placeholders must not arrive without: it stands for text that its sender knew as deleted only, and
     * where the delete got lost the placeholders would be seen, and would contradict the text itself. Both travel in one message.
     */
    private List<Operation> deletesBehind(Operation operation) {
        if (!(operation instanceof Operation.Insert insert) || insert.value().indexOf('\uFFFD') < 0) {
            return List.of();
        }
        List<Operation> deletes = new ArrayList<>();
        for (int i = 0; i < insert.length(); i++) {
            ElementId element = new ElementId(insert.id().site(), insert.id().counter() + i);
            Operation delete = new Operation.Delete(element, 1);
            if (room.document().isKnown(delete)) {
                deletes.add(delete);
            }
        }
        return deletes;
    }

    private byte[] address(byte[] json) {
        return BusCodec.address(json, bus.instance(), room.epoch());
    }

    /** The op log has stored something of this room. */
    void stored() {
        bulkSync.stored();
    }

    /** Whether the op log was given all that came from others in a state. */
    boolean areStored() {
        return bulkSync.isStored();
    }

    /** Runs something as soon as {@link #areStored}. */
    void onceStored(Runnable then) {
        bulkSync.onceStored(then);
    }

    /** The document has changed by something that did not come from here. */
    void changed() {
        version = null;
    }

    /** These members of this instance show something new. */
    void show(Map<Member, Message.Presence> changed) {
        if (!open || changed.isEmpty()) {
            return;
        }
        unposted.addAll(changed.keySet());
        List<byte[]> messages = new ArrayList<>();
        changed.forEach((member, presence) -> messages.add(BusCodec.write(message(member, presence))));
        bus.publish(Channels.of(room.id()), array(messages));
    }

    /** A member of this instance is gone that had shown itself; {@code sharesName} when another one here goes by its name. */
    void leave(Member member, Message.Presence farewell, boolean sharesName) {
        if (!open) {
            return;
        }
        unposted.remove(member);
        bus.publish(Channels.of(room.id()), BusCodec.write(message(member, farewell)));
        boolean last = !sharesName && !remote.hasUser(farewell.user());
        board.remove(room.id(), RemoteMembers.id(bus.instance(), member.id()), last ? farewell.user() : "");
    }

    /** Who is here on other instances. */
    List<Message.Presence> present() {
        return remote.all();
    }

    private BusMessage message(Member member, Message.Presence presence) {
        return new BusMessage(bus.instance(), null, room.epoch(), member.id(), presence);
    }

    private void tickLater() {
        loop.schedule(this::tick, limits.peers().interval());
    }

    private void tick() {
        if (!open) {
            return;
        }
        ticks++;
        bulkSync.stored();
        if (doubtful || version == null || ticks % CALM == 0) {
            compare();
        }
        long now = loop.nanoTime();
        remote.expire(now + limits.peers().interval().toNanos(), room::heardPresence);
        post(now);
        tickLater();
    }

    /** Tells the others what is here, so that they send what is not. */
    void compare() {
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
        Message.Sync summary = new Message.Sync(new byte[0], version(), room.epoch());
        bus.publish(
                Channels.of(room.id()),
                BusCodec.write(new BusMessage(bus.instance(), null, room.epoch(), "", summary)));
    }

    private byte[] version() {
        byte[] known = version;
        if (known == null) {
            known = room.document().version();
            version = known;
        }
        return known;
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
        board.show(room.id(), entries);
        if (all) {
            postedNanos = now;
            board.list(room.id()).whenComplete((listed, away) -> {
                if (listed != null) {
                    loop.execute(() -> {
                        if (open) {
                            remote.listed(listed, loop.nanoTime(), room::heardPresence);
                        }
                    });
                }
            });
        }
    }

    /** Called by the bus, on its thread. */
    private void heard(byte[] json) {
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
                receive(next);
            }
        }
        if (waitingCount.addAndGet(-count) > 0) {
            loop.execute(this::receiveAll);
        }
    }

    private void receive(byte[] json) {
        BusCodec.read(json, new BusCodec.Reader() {
            @Override
            public void message(BusMessage message) {
                take(message);
            }

            @Override
            public void fault(WireException fault) {
                refuse(fault.code(), String.valueOf(fault.getMessage()));
            }
        });
    }

    private void take(BusMessage from) {
        boolean forOthers = from.target() != null && !from.target().equals(bus.instance());
        boolean otherHistory = !from.epoch().isEmpty() && !from.epoch().equals(room.epoch());
        if (!open || forOthers || otherHistory || from.source().equals(bus.instance())) {
            return;
        }
        Message message = from.message();
        if (message instanceof Message.Op op) {
            take(op, false);
        } else if (message instanceof Message.Presence presence) {
            takePresence(from, presence);
        } else if (message instanceof Message.Sync sync) {
            if (sync.state().length > 0) {
                takeState(sync);
            } else {
                answer(from.source(), sync);
            }
        }
    }

    /** Applies an op from elsewhere unless it is known. */
    private void take(Message.Op op, boolean bulkSync) {
        if (room.takeRemote(op, reach == Cluster.Reach.SEPARATE_STORES) && bulkSync) {
            events.healed(1);
        }
    }

    private void takePresence(BusMessage from, Message.Presence presence) {
        if (!presence.color().matches("|#[0-9a-fA-F]{3,8}")
                || WireCodec.write(presence).length > limits.presence().bytes()) {
            refuse(ErrorCode.MALFORMED, "presence");
            return;
        }
        long expires = loop.nanoTime() + limits.presence().expiry().toNanos();
        Message.Presence news = remote.heard(from, presence, expires);
        if (news != null) {
            room.heardPresence(news);
        }
    }

    /** Another instance has told what it has: it gets what it lacks. */
    private void answer(String source, Message.Sync summary) {
        if (reach != Cluster.Reach.SEPARATE_STORES || source.isEmpty() || Arrays.equals(summary.version(), version())) {
            return;
        }
        long now = loop.nanoTime();
        if (source.equals(longAnswered) && now - longAnsweredNanos < LONG_PAUSE.toNanos()) {
            doubtful = true;
            return;
        }
        try {
            byte[] lacking = room.document().difference(summary.version());
            if (!Arrays.equals(lacking, NOTHING)) {
                Message.Sync difference = new Message.Sync(lacking, version(), room.epoch());
                bus.publish(
                        Channels.of(room.id()),
                        BusCodec.write(new BusMessage(bus.instance(), source, room.epoch(), "", difference)));
                if (lacking.length > LONG) {
                    longAnswered = source;
                    longAnsweredNanos = loop.nanoTime();
                }
            }
        } catch (MalformedStateException e) {
            refuse(ErrorCode.MALFORMED, String.valueOf(e.getMessage()));
            return;
        }
        // It may have what is lacking here, which it sends when it is told what is here.
        if (now - comparedNanos >= PAUSE.toNanos()) {
            compare();
        } else {
            doubtful = true;
        }
    }

    /** What another instance has and this one lacked when it asked. */
    private void takeState(Message.Sync sync) {
        if (bulkSync.isBusy()) {
            doubtful = true;
            return;
        }
        List<Operation> ops;
        try {
            ops = room.document().unseen(sync.state(), MOST_STATE);
        } catch (MalformedStateException e) {
            refuse(ErrorCode.MALFORMED, "a state that cannot be read: " + e.getMessage());
            return;
        }
        if (bulkSync.areMany(ops.size()) && reach == Cluster.Reach.SEPARATE_STORES) {
            bulkSync.take(ops);
        } else {
            for (Operation op : ops) {
                take(new Message.Op(0, op), true);
            }
        }
    }

    private void refuse(ErrorCode code, String why) {
        events.busRefused();
        LOG.atWarn().addKeyValue("room", room.id()).log("a message on the bus was refused, {}: {}", code.wire(), why);
    }

    private static byte[] nothing() {
        Document empty = new Document("nobody");
        return empty.difference(empty.version());
    }

    private static byte[] array(List<byte[]> messages) {
        if (messages.size() == 1) {
            return messages.get(0);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte separator = '[';
        for (byte[] message : messages) {
            all.write(separator);
            all.writeBytes(message);
            separator = ',';
        }
        all.write(']');
        return all.toByteArray();
    }
}
