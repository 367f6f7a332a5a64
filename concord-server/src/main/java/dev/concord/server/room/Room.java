package dev.concord.server.room;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.config.Limits;
import dev.concord.store.AppendCallback;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogClosedException;
import dev.concord.store.OpLogFullException;
import dev.concord.store.RoomGoneException;
import dev.concord.store.StoreException;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One document and the members that edit it. Every method runs on the room's loop, which is what makes it safe; only the op log's
 * callbacks come from elsewhere, and hand over.
 *
 * <p>The path of an op: checked, handed to the op log, applied, encoded once, sent to every member but its sender, and acknowledged to the
 * sender when the log says that it is durable. Writes are flushed once for everything that happened in one turn of the loop.
 */
public final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);
    /** Refused ops that a slow reader has not heard of, after which it is sent away: an ack must never pass over one of them. */
    private static final int MAX_UNTOLD = 1000;

    /** What the room keeps of each member. */
    private static final class Seat {
        final Acks acks = new Acks();
        /** Reads too slowly: gets nothing but a whole sync once it can be written again. */
        boolean stale;
        /** The refusals of ops that a stale member will get after its sync. */
        final List<Message.Refusal> untold = new ArrayList<>(0);
    }

    private final String id;
    private final String epoch;
    private final Document document;
    private final OpLog opLog;
    private final Limits limits;
    private final RoomLoop loop;
    private final Frames frames;
    private final RoomEvents events;
    private final Compactor compactor;
    private final LogFollower log;
    private final RoomPeers peers;

    private final Map<Member, Seat> seats = new LinkedHashMap<>();
    private final PresenceRounds presences;
    private final ServerEdits serverEdits = new ServerEdits();
    private final Set<Member> toFlush = new LinkedHashSet<>();
    private boolean flushScheduled;

    /** Ops handed to the op log by this room since it was loaded. */
    private long appended;
    /** Of those, how many are durable, up to the first that failed; written by the op log's thread. */
    private final AtomicLong durable = new AtomicLong();
    /** Of those, how many the op log has done with; written by the op log's thread. */
    private final AtomicLong settled = new AtomicLong();
    /** Whether one of them failed; the op log's thread alone touches it. */
    private boolean broken;
    /** Where in the log the durable ones are. */
    private final OwnCommits commits = new OwnCommits();

    private final AtomicLong announced = new AtomicLong(-1);

    private Frames.@Nullable Frame syncFrame;
    private boolean dismissed;
    private boolean closed;
    private long emptySinceNanos;

    Room(
            String id,
            String epoch,
            Document document,
            long snapshotSeq,
            long lastSeq,
            OpLog opLog,
            Archive archive,
            Limits limits,
            RoomLoop loop,
            Frames frames,
            RoomEvents events,
            Cluster cluster) {
        this.id = id;
        this.epoch = epoch;
        this.document = document;
        this.opLog = opLog;
        this.limits = limits;
        this.loop = loop;
        this.frames = frames;
        this.events = events;
        this.log = new LogFollower(id, epoch, lastSeq, commits, archive, loop, events, new LogListener());
        this.compactor = new Compactor(this, snapshotSeq, archive, limits, loop, events);
        this.peers = new RoomPeers(this, cluster, limits, loop, events);
        this.presences = new PresenceRounds(this, peers, limits, loop, frames);
        this.emptySinceNanos = loop.nanoTime();
    }

    /** The room is in memory now; these were present on other instances a moment ago. */
    void open(List<PresenceBoard.Entry> present) {
        peers.open(present);
    }

    String id() {
        return id;
    }

    /**
     * Names this history of the room.
     *
     * @return the epoch
     */
    public String epoch() {
        return epoch;
    }

    boolean isClosed() {
        return closed;
    }

    Document document() {
        return document;
    }

    /** The place in the log up to which everything, of whichever instance, is in the document. */
    long appliedSeq() {
        return log.appliedSeq();
    }

    /**
     * The whole state, to be copied with {@link Document#load}.
     *
     * @return as {@link Document#encode}
     */
    public byte[] encode() {
        return document.encode();
    }

    /**
     * Makes an edit of the server's own. Its operations take the path of a member's: checked, logged, applied, sent to everybody, durable
     * together.
     *
     * @param edit hears what became of it, in this call or later
     */
    public void edit(ServerEdit edit) {
        if (dismissed || closed) {
            edit.done(ServerEdit.Outcome.UNAVAILABLE);
            return;
        }
        List<Operation> ops = edit.operations();
        if (!edit.holds(document)) {
            edit.done(ServerEdit.Outcome.STALE);
            return;
        }
        long arrived = loop.nanoTime();
        long inserted = 0;
        List<byte[]> encoded = new ArrayList<>();
        for (Operation op : ops) {
            document.verify(op);
            if (op instanceof Operation.Insert insert) {
                inserted += insert.value().length();
            }
            encoded.add(WireCodec.writeOperation(op));
        }
        if (inserted > 0 && document.length() + inserted > limits.rooms().chars()) {
            edit.done(ServerEdit.Outcome.ROOM_FULL);
            return;
        }
        if (ops.isEmpty()) {
            edit.done(ServerEdit.Outcome.STORED);
            return;
        }
        try {
            opLog.appendTogether(id, epoch, encoded, callback());
        } catch (OpLogFullException | OpLogClosedException e) {
            edit.done(ServerEdit.Outcome.UNAVAILABLE);
            return;
        }
        appended += ops.size();
        serverEdits.expect(appended, edit);
        for (Operation op : ops) {
            if (!applyLogged(op)) {
                return;
            }
            int members = fanOut(new Message.Op(0, op), null);
            events.opApplied(loop.nanoTime() - arrived, members);
        }
    }

    /**
     * Makes an edit of the server's own, as {@link #edit(ServerEdit)}.
     *
     * @param operations what to do, in an order in which each is ready when it comes
     * @param holds whether the edit still makes sense; called on this loop right before the operations are applied
     * @return completes with what became of it, on this loop
     */
    public CompletableFuture<ServerEdit.Outcome> edit(List<Operation> operations, Predicate<Document> holds) {
        CompletableFuture<ServerEdit.Outcome> outcome = new CompletableFuture<>();
        edit(new ServerEdit() {
            @Override
            public List<Operation> operations() {
                return operations;
            }

            @Override
            public boolean holds(Document now) {
                return holds.test(now);
            }

            @Override
            public void done(Outcome what) {
                outcome.complete(what);
            }
        });
        return outcome;
    }

    /**
     * Lets a member in: it gets a sync first, then the presence of those who are here.
     *
     * @param member the connection
     * @param version what it has already, from its connect query; null for everything
     */
    public void join(Member member, byte @Nullable [] version) {
        Frames.Frame sync = null;
        if (version != null) {
            try {
                sync = frames.encode(
                        WireCodec.write(new Message.Sync(document.difference(version), document.version(), epoch)));
            } catch (MalformedStateException e) {
                LOG.atDebug()
                        .addKeyValue("room", id)
                        .addKeyValue("connection", member.id())
                        .log("unreadable version in the query, sending everything: {}", e.getMessage());
            }
        }
        seats.put(member, new Seat());
        events.memberJoined();
        if (sync != null) {
            send(member, sync);
            sync.release();
        } else {
            send(member, syncFrame());
        }
        sendPresences(member);
    }

    /** The connections that are in the room. */
    Set<Member> members() {
        return seats.keySet();
    }

    /**
     * Lets a member go; the others learn at once that it left.
     *
     * @param member the connection
     */
    public void leave(Member member) {
        if (seats.remove(member) == null) {
            return;
        }
        events.memberLeft();
        toFlush.remove(member);
        Message.Presence farewell = presences.here().remove(member);
        if (farewell != null) {
            broadcast(farewell, member);
            peers.leave(member, farewell, presences.here().hasUser(farewell.user()));
        }
        if (seats.isEmpty()) {
            emptySinceNanos = loop.nanoTime();
        }
    }

    /**
     * Takes a message of a member.
     *
     * @param member the sender, seated here
     * @param message what it sent
     */
    public void receive(Member member, Message message) {
        Seat seat = seats.get(member);
        if (seat == null || dismissed) {
            return;
        }
        if (message instanceof Message.Op op) {
            receiveOp(member, seat, op);
        } else if (message instanceof Message.Presence presence) {
            presences.show(member, presence);
        }
    }

    /**
     * Tells a member that something of its was refused.
     *
     * @param member the sender
     * @param code why
     * @param text for people
     * @param seq the op, null when it was no op
     */
    public void refuse(Member member, ErrorCode code, String text, @Nullable Long seq) {
        events.refused(code);
        Seat seat = seats.get(member);
        if (seat == null) {
            return;
        }
        Message.Refusal refusal = new Message.Refusal(code, text, seq);
        if (seat.stale || !write(member, refusal)) {
            keep(refusal, member, seat);
        }
    }

    private void keep(Message.Refusal refusal, Member member, Seat seat) {
        if (refusal.seq() == null) {
            return;
        }
        if (seat.untold.size() < MAX_UNTOLD) {
            seat.untold.add(refusal);
        } else {
            leave(member);
            member.close(Close.OVERLOADED);
        }
    }

    /**
     * A member that was too slow can be written again.
     *
     * @param member the connection
     */
    public void writable(Member member) {
        Seat seat = seats.get(member);
        if (seat == null) {
            return;
        }
        if (!seat.stale) {
            acknowledge(member, seat);
            return;
        }
        seat.stale = false;
        events.resynchronised();
        LOG.atInfo()
                .addKeyValue("room", id)
                .addKeyValue("connection", member.id())
                .log("slow reader caught up, resynchronising it");
        // All of it, or one frame too many for the queue would bring the whole sync again, and again.
        send(member, syncFrame());
        sendPresences(member);
        seat.untold.forEach(refusal -> send(member, refusal));
        seat.untold.clear();
        long seq = seat.acks.reached(durable.get(), loop.nanoTime(), events);
        if (seq >= 0) {
            send(member, new Message.Ack(seq));
            seat.acks.told();
        }
    }

    /**
     * What the room is now.
     *
     * @return text, length, place in the log, digest and epoch
     */
    public RoomView view() {
        return new RoomView(
                id,
                document.text(),
                document.length(),
                log.appliedSeq(),
                HexFormat.of().formatHex(document.digest()),
                epoch);
    }

    /**
     * Who is here.
     *
     * @return the newest presence of each member that has shown itself
     */
    public List<Message.Presence> present() {
        List<Message.Presence> all = new ArrayList<>(presences.here().all());
        all.addAll(peers.present());
        return all;
    }

    /** The members of this instance that show themselves. */
    Map<Member, Message.Presence> shown() {
        return presences.here().shown();
    }

    /** Tells the members here of one that is elsewhere. */
    void heardPresence(Message.Presence presence) {
        presences.heard(presence);
    }

    boolean isIdle() {
        return seats.isEmpty()
                && appended == durable.get()
                && !compactor.isBusy()
                && !log.isReading()
                && !log.hasUnconfirmed()
                && peers.areStored()
                && loop.nanoTime() - emptySinceNanos
                        >= limits.rooms().unloadAfter().toNanos();
    }

    /** Whether the op log has done with every op that this room gave it: only then do the stored rows stand still. */
    boolean isDrained() {
        return unsettled() == 0;
    }

    Compactor compactor() {
        return compactor;
    }

    /** Runs something once all that other instances had and this one lacked has been given to the op log. */
    void onceSynced(Runnable then) {
        peers.onceStored(then);
    }

    /** Sends everybody away and takes no more ops. */
    void dismiss(Close why) {
        dismissed = true;
        List<Member> leaving = new ArrayList<>(seats.keySet());
        seats.clear();
        for (Member member : leaving) {
            events.memberLeft();
            Message.Presence farewell = presences.here().remove(member);
            if (farewell != null) {
                peers.leave(member, farewell, false);
            }
            member.close(why);
        }
    }

    /** Dismisses whoever is left and gives the room's memory back. */
    void close(Close why) {
        if (closed) {
            return;
        }
        dismiss(why);
        closed = true;
        peers.close();
        serverEdits.abandon();
        forgetSync();
        events.roomClosed();
    }

    private void receiveOp(Member member, Seat seat, Message.Op op) {
        long arrived = loop.nanoTime();
        Operation operation = op.operation();
        Long seq = op.seq();
        try {
            document.verify(operation);
        } catch (ConflictException e) {
            refuse(
                    member,
                    ErrorCode.CONFLICT,
                    e.getMessage() + "; this site's ids are in use, edit under a new site",
                    seq);
            return;
        }
        boolean known = document.isKnown(operation);
        if (known && !log.hasUnconfirmed() && peers.areStored()) {
            // Durable as soon as everything is that was appended up to now.
            seat.acks.expect(appended, op.seq(), arrived);
            acknowledge(member, seat);
            return;
        }
        if (!known
                && !document.isReady(operation)
                && (document.pendingCount() >= limits.rooms().pending()
                        || document.pendingElements() + operation.length()
                                > limits.rooms().chars())) {
            refuse(
                    member,
                    ErrorCode.PENDING_FULL,
                    "too much in this room waits for text that has not come; send what this op hangs on first",
                    seq);
            return;
        }
        if (!known
                && operation instanceof Operation.Insert insert
                && document.length() + (long) insert.value().length()
                        > limits.rooms().chars()) {
            refuse(
                    member,
                    ErrorCode.ROOM_FULL,
                    "the document would pass " + limits.rooms().chars()
                            + " characters; delete some or start a new room",
                    seq);
            return;
        }
        if (!store(operation)) {
            refuse(
                    member,
                    ErrorCode.UNAVAILABLE,
                    "the server cannot store edits just now; keep it and send it again",
                    seq);
            return;
        }
        seat.acks.expect(appended, op.seq(), arrived);
        if (known) {
            // Another instance told of it, and it is not stored here yet: now it is in any case, and everybody has it
            // already.
            return;
        }
        if (applyLogged(operation)) {
            int others = fanOut(op, member);
            events.opApplied(loop.nanoTime() - arrived, others);
        }
    }

    /**
     * Takes an op that another instance told of, and sends it to all members.
     *
     * @param store whether this instance must store it, too; else whoever made it does, and this instance only when it does not
     * @return false when it was known already, or cannot be taken
     */
    boolean takeRemote(Message.Op op, boolean store) {
        Operation operation = op.operation();
        if (!canTake(operation)) {
            return false;
        }
        if (!store) {
            log.heard(operation);
        } else if (!store(operation)) {
            return false;
        }
        if (!applyLogged(operation)) {
            return false;
        }
        events.remoteApplied(broadcast(op, null));
        return true;
    }

    /**
     * Applies an op of another instance, and leaves it to the caller to {@link #store} it and to {@link #tellWhatIsNewSince tell the members}.
     *
     * @return false when it was known already, or cannot be taken
     */
    boolean takeQuietly(Operation operation) {
        if (!canTake(operation) || !applyLogged(operation)) {
            return false;
        }
        events.remoteApplied(0);
        return true;
    }

    /** Sends all members, in one message, what the document has and a version of it lacks. */
    void tellWhatIsNewSince(byte[] version) {
        if (!isAlone(null)) {
            broadcast(new Message.Sync(document.difference(version), document.version(), epoch), null);
        }
    }

    /** Ops that this room gave the op log, and that it has not done with. */
    long unsettled() {
        return appended - settled.get();
    }

    private boolean canTake(Operation operation) {
        if (dismissed || closed) {
            return false;
        }
        try {
            document.verify(operation);
        } catch (ConflictException e) {
            events.busRefused();
            LOG.atWarn()
                    .addKeyValue("room", id)
                    .log("an op of another instance contradicts what is here: {}", e.getMessage());
            return false;
        }
        if (document.isKnown(operation)) {
            return false;
        }
        if (!document.isReady(operation)
                && (document.pendingCount() >= limits.rooms().pending()
                        || document.pendingElements() + operation.length()
                                > limits.rooms().chars())) {
            // It comes again with what it hangs on.
            events.busDropped();
            return false;
        }
        return true;
    }

    /** Hands an op to the log; false when the log takes none. */
    boolean store(Operation operation) {
        try {
            opLog.append(id, epoch, WireCodec.writeOperation(operation), callback());
        } catch (OpLogFullException | OpLogClosedException e) {
            return false;
        }
        appended++;
        return true;
    }

    /**
     * Reads from the log what other instances have appended, and applies it and sends it to the members; nothing is appended. The work
     * is done later, and at most ten times a second.
     */
    public void catchUp() {
        log.look();
    }

    /** Tells the other instances what is here, where each has a store of its own, so that they send what is not. */
    void compare() {
        peers.compare();
    }

    /** As {@link #catchUp()}, when the log is known to reach this far; and makes up for what an instance told of and did not store. */
    void catchUp(long lastSeq) {
        log.expect(lastSeq);
        log.storeOverdue();
    }

    /** Applies what the log has or will have; false when the document does not take it, which closes the room. */
    private boolean applyLogged(Operation operation) {
        try {
            document.apply(operation, ChangeSink.NONE);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("room", id).setCause(e).log("an op was stored that the document does not take");
            close(Close.OVERLOADED);
            return false;
        }
        forgetSync();
        peers.changed();
        return true;
    }

    /** What following the log does to this room. */
    private final class LogListener implements LogFollower.Follower {
        @Override
        public void takeLogged(Operation operation, long seq) {
            try {
                document.verify(operation);
            } catch (ConflictException e) {
                // Both instances took an edit of the same id. The log's order decides, and memory has the other one.
                LOG.atError()
                        .addKeyValue("room", id)
                        .log("an op of the log contradicts one in memory, the room is loaded anew: {}", e.getMessage());
                close(Close.RESTARTING);
                return;
            }
            if (!document.isKnown(operation) && applyLogged(operation)) {
                events.healed(1);
                broadcast(new Message.Op(seq, operation), null);
            }
        }

        @Override
        public void takeState(byte[] state) {
            try {
                document.merge(state);
            } catch (MalformedStateException | ConflictException e) {
                LOG.atError()
                        .addKeyValue("room", id)
                        .log("the snapshot contradicts what is in memory, the room is loaded anew: {}", e.getMessage());
                close(Close.RESTARTING);
                return;
            }
            forgetSync();
            for (Member member : new ArrayList<>(seats.keySet())) {
                write(member, syncFrame());
            }
            forgetSync();
        }

        @Override
        public void gone(boolean madeAnew) {
            LOG.atInfo().addKeyValue("room", id).log("was deleted by another instance, leaves memory");
            close(madeAnew ? Close.RESTARTING : Close.NO_SUCH_ROOM);
        }

        @Override
        public void storeForAnother(Operation operation) {
            if (store(operation)) {
                events.adopted();
            } else {
                log.heard(operation);
            }
        }

        @Override
        public void caughtUp() {
            compactor.advanced();
        }

        @Override
        public boolean isClosed() {
            return closed;
        }
    }

    /** Called back on the op log's thread, in the order of appending. */
    private AppendCallback callback() {
        return new AppendCallback() {
            @Override
            public void stored(long seq) {
                settled.incrementAndGet();
                if (broken) {
                    // Behind a gap: counting it would acknowledge the op that is missing.
                    return;
                }
                commits.add(seq);
                long reached = durable.incrementAndGet();
                // One task for all that becomes durable before it runs.
                if (announced.getAndSet(reached) < 0) {
                    loop.execute(Room.this::acknowledgeAll);
                }
            }

            @Override
            public void failed(StoreException reason) {
                settled.incrementAndGet();
                broken = true;
                loop.execute(() -> fail(reason));
            }
        };
    }

    private void acknowledgeAll() {
        announced.set(-1);
        serverEdits.reached(durable.get());
        log.committed();
        compactor.advanced();
        peers.stored();
        seats.forEach((member, seat) -> {
            if (!seat.acks.isEmpty()) {
                acknowledge(member, seat);
            }
        });
    }

    private void acknowledge(Member member, Seat seat) {
        // Counted in any case; a member that cannot be written is told later, and is not stale for that.
        long seq = seat.acks.reached(durable.get(), loop.nanoTime(), events);
        if (seq >= 0 && !seat.stale && member.isWritable()) {
            send(member, new Message.Ack(seq));
            seat.acks.told();
        }
    }

    /** The log has not what the document has: nobody may go on from this memory; the next join loads the room anew. */
    private void fail(StoreException reason) {
        if (closed) {
            return;
        }
        boolean gone = reason instanceof RoomGoneException;
        LOG.atError()
                .addKeyValue("room", id)
                .log("an op could not be stored, the room is dropped from memory: {}", reason.getMessage());
        close(gone ? Close.NO_SUCH_ROOM : Close.RESTARTING);
    }

    private int broadcast(Message message, @Nullable Member except) {
        return isAlone(except) ? 0 : broadcast(WireCodec.write(message), except);
    }

    /** Sends an op that was made here to the members and to the other instances, encoded once, and only when there are any. */
    private int fanOut(Message.Op op, @Nullable Member except) {
        boolean alone = isAlone(except);
        if (alone && !peers.isOpen()) {
            return 0;
        }
        byte[] json = WireCodec.write(op);
        int sent = alone ? 0 : broadcast(json, except);
        peers.publish(op.operation(), json);
        return sent;
    }

    private boolean isAlone(@Nullable Member except) {
        return seats.size() == (except != null && seats.containsKey(except) ? 1 : 0);
    }

    private int broadcast(byte[] json, @Nullable Member except) {
        Frames.Frame frame = frames.encode(json);
        int sent = 0;
        for (Member member : seats.keySet()) {
            if (member != except && write(member, frame)) {
                sent++;
            }
        }
        frame.release();
        return sent;
    }

    private boolean write(Member member, Message message) {
        Frames.Frame frame = frames.encode(WireCodec.write(message));
        boolean written = write(member, frame);
        frame.release();
        return written;
    }

    /** Whether the member gets the frame; if not, it is stale from now on. */
    boolean write(Member member, Frames.Frame frame) {
        Seat seat = seats.get(member);
        if (seat == null || seat.stale) {
            return false;
        }
        if (!member.isWritable()) {
            seat.stale = true;
            LOG.atInfo()
                    .addKeyValue("room", id)
                    .addKeyValue("connection", member.id())
                    .log("reads too slowly, skipping to a sync once it can be written again");
            return false;
        }
        send(member, frame);
        return true;
    }

    private void send(Member member, Message message) {
        Frames.Frame frame = frames.encode(WireCodec.write(message));
        send(member, frame);
        frame.release();
    }

    private void send(Member member, Frames.Frame frame) {
        member.send(frame);
        toFlush.add(member);
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        // A flush can make a slow reader writable, which writes again: that is the next flush's.
        List<Member> written = new ArrayList<>(toFlush);
        toFlush.clear();
        written.forEach(Member::flush);
    }

    /** The whole state, encoded once for all who join before the next edit. */
    private Frames.Frame syncFrame() {
        if (syncFrame == null) {
            syncFrame = frames.encode(WireCodec.write(new Message.Sync(document.encode(), document.version(), epoch)));
        }
        return syncFrame;
    }

    private void forgetSync() {
        if (syncFrame != null) {
            syncFrame.release();
            syncFrame = null;
        }
    }

    private void sendPresences(Member to) {
        Frames.Frame others = presences.others(to);
        if (others != null) {
            send(to, others);
            others.release();
        }
    }
}
