package dev.concord.server.room;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.server.auth.Right;
import dev.concord.store.OpLog;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.RoomText;
import dev.concord.wire.WireCodec;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One document and the members that edit it. Every method runs on the room's loop, which is what makes it safe; only the op log's
 * callbacks come from elsewhere, and hand over.
 *
 * <p>The path of an op: checked once, encoded once, handed to the op log, applied, sent to every member but its sender and to the other
 * instances, and acknowledged to the sender when the log says that it is durable. {@code Attendance} keeps the members in step with the
 * document, and {@code Lifetime} decides what a failure on this path does to the room.
 */
public final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    private final RoomContext context;
    private final RoomEvents events;
    private final Document document;
    private final Admission admission;
    private final Durability durability;
    private final ServerEdits serverEdits = new ServerEdits();
    private final RoomLog log;
    private final Peers peers;
    private final LargeDeletions deletions;
    private final ReadReplica replica;
    private final Attendance attendance;
    private final Whereabouts whereabouts;
    private final Lifetime lifetime;
    private final Attempts attempts;
    /** What the room was when somebody asked last. */
    private @Nullable SoftReference<CompletableFuture<RoomView>> view;

    private long viewSeq;
    private String lastEditor = "";

    Room(RoomContext context, Document document, StoredRoom stored, OpLog opLog, Wings wings) {
        this.context = context;
        this.events = context.events();
        this.document = document;
        this.admission = new Admission(document, context.limits().rooms());
        this.durability = new Durability(context, opLog, new OpLogListener());
        this.log = wings.logs().follow(context, new LogListener(), durability.commits(), stored);
        this.peers = wings.peers().of(context, new PeerListener());
        this.deletions = new LargeDeletions(context, wings.deletions());
        this.replica = new ReadReplica(context, document, wings.readers());
        this.attendance = new Attendance(context, replica, durability, peers, wings.presences(), this::resyncFailed);
        this.whereabouts = attendance.whereabouts();
        this.lifetime = new Lifetime(context, attendance, peers, serverEdits);
        this.attempts = new Attempts(context);
    }

    /** The room is in memory now. */
    void open() {
        peers.open();
        // Ops that a process did not come to compact.
        log.compact();
    }

    /** What the room needs to know of other instances before it is {@link #open}ed. Blocks for a short time, on an I/O thread. */
    void prepare() {
        peers.prepare();
    }

    /**
     * Names this history of the room.
     *
     * @return the epoch
     */
    public String epoch() {
        return context.epoch();
    }

    boolean isClosed() {
        return lifetime.isOver();
    }

    Document document() {
        return document;
    }

    RoomLog log() {
        return log;
    }

    Peers peers() {
        return peers;
    }

    /**
     * The whole state, to be copied with {@link Document#load}.
     *
     * @return completes on the loop with what {@link Document#encode} gives, at once when the document is small
     */
    public CompletableFuture<byte[]> state() {
        return read(ReadReplica.Snapshot::state);
    }

    private <T> CompletableFuture<T> read(Function<ReadReplica.Snapshot, T> task) {
        CompletableFuture<T> read = new CompletableFuture<>();
        replica.read(task, (value, snapshot) -> read.complete(value), read::completeExceptionally);
        return read;
    }

    /**
     * Makes an edit of the server's own. Its operations take the path of a member's: checked, logged, applied, sent to everybody, durable
     * together.
     *
     * @param operations operations that the document has not seen, in an order in which each is ready when it comes
     * @param holds whether the edit still makes sense; called in this call, right before the operations are applied
     * @return completes with what became of it, on this loop
     * @throws ConflictException when one contradicts what is known; nothing was done
     */
    public CompletableFuture<EditOutcome> edit(List<Operation> operations, Predicate<Document> holds) {
        if (lifetime.isEnding()) {
            return CompletableFuture.completedFuture(EditOutcome.UNAVAILABLE);
        }
        if (!holds.test(document)) {
            return CompletableFuture.completedFuture(EditOutcome.STALE);
        }
        if (operations.isEmpty()) {
            return CompletableFuture.completedFuture(EditOutcome.STORED);
        }
        long arrived = context.loop().nanoTime();
        long inserted = 0;
        List<byte[]> encoded = new ArrayList<>(operations.size());
        for (Operation operation : operations) {
            if (RoomText.fault(operation) != null || admission.putsMarkFirst(operation)) {
                return CompletableFuture.completedFuture(EditOutcome.INVALID_TEXT);
            }
            document.check(operation);
            inserted += Admission.inserted(operation);
            encoded.add(WireCodec.writeOperation(operation));
        }
        if (admission.isTooLong(inserted)) {
            return CompletableFuture.completedFuture(EditOutcome.ROOM_FULL);
        }
        if (!durability.appendTogether(encoded)) {
            return CompletableFuture.completedFuture(lifetime.ofUntakenEdit());
        }
        try {
            CompletableFuture<EditOutcome> outcome = serverEdits.expect(durability.appended());
            for (int i = 0; i < operations.size(); i++) {
                if (!applyLogged(operations.get(i))) {
                    break;
                }
                fanOut(operations.get(i), encoded.get(i), null, arrived);
            }
            return outcome;
        } catch (RuntimeException | Error fault) {
            lifetime.editFailed(fault);
            return CompletableFuture.completedFuture(EditOutcome.UNKNOWN);
        }
    }

    /**
     * Lets a member in: it gets a sync first, then the presence of those who are here.
     *
     * @param member the connection
     * @param version what it has already, from its connect query; null for everything
     */
    public void join(Member member, byte @Nullable [] version) {
        if (lifetime.isEnding()) {
            member.close(Close.RESTARTING);
        } else {
            attendance.join(member, version);
        }
    }

    /**
     * Lets a member go; the others learn at once that it left.
     *
     * @param member the connection
     */
    public void leave(Member member) {
        attendance.leave(member);
    }

    /**
     * Takes an op of a member.
     *
     * @param member the sender, seated here
     * @param op what it sent
     */
    public void receive(Member member, Message.Op op) {
        if (lifetime.isEnding() || !attendance.contains(member)) {
            lifetime.turnAway(member);
            return;
        }
        if (!member.right().includes(Right.WRITE)) {
            refuse(member, ErrorCode.FORBIDDEN, "you may read this room, not change it", op.seq());
            return;
        }
        long arrived = context.loop().nanoTime();
        Operation operation = op.operation();
        Admission.Verdict verdict = admission.ofMember(operation, member.origin());
        if (verdict.code() != null) {
            refuse(member, verdict.code(), verdict.text(), op.seq());
            return;
        }
        if (verdict.isKnown() && !log.hasUnconfirmed() && peers.areStored()) {
            // Durable as soon as everything is that was appended up to now.
            attendance.expect(member, op.seq(), arrived);
            attendance.acknowledge(member);
            return;
        }
        byte[] encoded = WireCodec.writeOperation(operation);
        if (!durability.append(encoded)) {
            refuse(
                    member,
                    ErrorCode.UNAVAILABLE,
                    "the server cannot store edits at the moment; keep the edit and send it again",
                    op.seq());
            return;
        }
        try {
            attendance.expect(member, op.seq(), arrived);
            lastEditor = member.user();
            int before = document.length();
            // What is known came from another instance, and is not stored here yet. Now it is in any case, and
            // everybody has it already.
            if (!verdict.isKnown() && applyLogged(operation)) {
                if (verdict.outcome() == Outcome.PENDING) {
                    admission.waits(operation, member.origin());
                }
                fanOut(operation, encoded, member, arrived);
                int shorter = before - document.length();
                attempts.attempt("noting a deletion", () -> deletions.applied(member, operation, before, shorter));
            }
        } catch (RuntimeException | Error fault) {
            lifetime.editFailed(fault);
        }
    }

    /**
     * Takes what a member shows of itself.
     *
     * @param member the sender, seated here
     * @param presence what it sent
     * @param frameBytes the size of the frame that it came in
     */
    public void receive(Member member, Message.Presence presence, int frameBytes) {
        if (!lifetime.isEnding() && attendance.contains(member)) {
            whereabouts.show(member, presence, frameBytes);
        }
    }

    /**
     * Notifies a member that something of its was refused.
     *
     * @param member the sender
     * @param code why
     * @param text for people
     * @param seq the op, null when it was no op
     */
    public void refuse(Member member, ErrorCode code, String text, @Nullable Long seq) {
        attendance.refuse(member, code, text, seq);
    }

    /**
     * What a member may do has changed: it is notified with a sync.
     *
     * @param member the connection
     */
    public void rightChanged(Member member) {
        attendance.rightChanged(member);
    }

    /**
     * A member that was too slow can be written again.
     *
     * @param member the connection
     */
    public void writable(Member member) {
        attendance.writable(member);
    }

    /**
     * What the room is now.
     *
     * @return completes on the loop with text, length, place in the log, digest and epoch, at once when the document is small; the same for all
     *     who ask until something changes
     */
    public CompletableFuture<RoomView> view() {
        long seq = log.appliedSeq();
        CompletableFuture<RoomView> known = view == null ? null : view.get();
        if (known == null || viewSeq != seq || known.isCompletedExceptionally()) {
            known = read(snapshot -> new RoomView(
                    context.id(),
                    snapshot.document().text(),
                    snapshot.document().length(),
                    seq,
                    HexFormat.of().formatHex(snapshot.document().digest()),
                    context.epoch()));
            // A long text is not worth keeping when memory is short.
            view = new SoftReference<>(known);
            viewSeq = seq;
        }
        return known;
    }

    /** The document changes: what was made of it is not what it is any more. */
    private void forgetViews() {
        view = null;
        attendance.forgetState();
    }

    /**
     * Who is here.
     *
     * @return the newest presence of each member that has shown itself
     */
    public List<Message.Presence> present() {
        return whereabouts.present();
    }

    boolean isIdle() {
        return attendance.isIdle()
                && durability.isComplete()
                && log.isIdle()
                && !log.hasUnconfirmed()
                && peers.areStored();
    }

    /** Says when ops wait to become durable and none does, and ends what the loop has refused to end. Call it from time to time. */
    void watch() {
        attempts.attempt("looking at what is not durable", durability::watch);
        attempts.attempt("ending a reading", replica::deliver);
        attempts.attempt("sending members away", attendance::watch);
        attempts.attempt("watching the log", log::watch);
        attempts.attempt("watching the other instances", peers::watch);
    }

    /** Whether the op log has done with every op that this room gave it: only then do the stored rows not change any more. */
    boolean isDrained() {
        return durability.unsettled() <= 0;
    }

    /** Sends everybody away and takes no more ops. */
    void dismiss(Close why) {
        lifetime.dismiss(why);
    }

    /** Dismisses whoever is left and gives the room's memory back. */
    void close(Close why) {
        lifetime.end(why);
    }

    private void resyncFailed(Throwable fault) {
        lifetime.resyncFailed(fault);
    }

    /** Applies what the log has or will have; false when the document does not take it, which closes the room. */
    private boolean applyLogged(Operation operation) {
        try {
            forgetViews();
            peers.changed();
            document.apply(operation, ChangeSink.NONE);
            replica.applied(operation);
            return true;
        } catch (RuntimeException | Error e) {
            lifetime.applyFailed(e);
            return false;
        }
    }

    /** Sends an op that was made here to the members and to the other instances. */
    private void fanOut(Operation operation, byte[] encoded, @Nullable Member sender, long arrivedNanos) {
        if (attendance.isAlone(sender) && !peers.isOpen()) {
            attempts.attempt("counting", () -> events.opApplied(context.loop().nanoTime() - arrivedNanos, 0));
            return;
        }
        byte[] frame = WireCodec.opFrame(encoded);
        int sent = attendance.send(frame, sender);
        // Where this fails the others find the op in the log, or when they compare.
        attempts.attempt("publishing an op", () -> peers.publish(operation, frame));
        attempts.attempt("counting", () -> events.opApplied(context.loop().nanoTime() - arrivedNanos, sent));
    }

    /** What the op log says of this room's ops. */
    private final class OpLogListener implements Durability.Listener {
        @Override
        public void durable() {
            attempts.attempt("ending edits of the server", () -> serverEdits.reached(durability.durable()));
            attempts.attempt("following the log", log::committed);
            attempts.attempt("storing what others sent", peers::stored);
            attempts.attempt("acknowledging", attendance::acknowledgeAll);
        }

        @Override
        public void failed(StoreException reason) {
            lifetime.storeFailed(reason);
        }
    }

    /** What the wings may ask. */
    private abstract class Host implements RoomHost {
        @Override
        public Document document() {
            return document;
        }

        @Override
        public <T> void read(Function<Document, T> task, BiConsumer<@Nullable T, @Nullable Throwable> then) {
            replica.read(
                    snapshot -> task.apply(snapshot.document()),
                    (value, snapshot) -> then.accept(value, null),
                    fault -> then.accept(null, fault));
        }

        @Override
        public String lastEditor() {
            return lastEditor;
        }

        @Override
        public boolean isClosed() {
            return lifetime.isOver();
        }
    }

    /** What following the log does to this room. */
    private final class LogListener extends Host implements RoomLog.Host {
        @Override
        public void takeLogged(Operation operation) {
            Outcome outcome;
            try {
                outcome = document.check(operation);
            } catch (ConflictException e) {
                lifetime.contradicted(e);
                return;
            }
            if (outcome != Outcome.DUPLICATE && applyLogged(operation)) {
                try {
                    attendance.send(WireCodec.opFrame(WireCodec.writeOperation(operation)), null);
                } catch (RuntimeException | Error fault) {
                    attendance.resynchronise(fault);
                }
                attempts.attempt("counting", () -> events.repaired(1));
            }
        }

        @Override
        public void takeState(byte[] state) {
            try {
                replica.merging(state);
                document.merge(state);
                replica.merged();
                forgetViews();
            } catch (RuntimeException | Error e) {
                lifetime.mergeFailed(e);
                return;
            }
            attendance.sendState();
        }

        @Override
        public void gone(boolean recreated) {
            lifetime.deleted(recreated);
        }

        @Override
        public boolean storeForAnother(Operation operation) {
            boolean stored = durability.append(WireCodec.writeOperation(operation));
            if (stored) {
                events.adopted();
            }
            return stored;
        }
    }

    /** What the other instances do to this room. */
    private final class PeerListener extends Host implements Peers.Host {
        @Override
        public boolean take(Operation operation, boolean store) {
            if (!mayTake(operation)) {
                return false;
            }
            byte[] encoded = WireCodec.writeOperation(operation);
            byte[] frame = WireCodec.opFrame(encoded);
            if (!store) {
                log.received(operation);
            } else if (!durability.append(encoded)) {
                return false;
            }
            if (!applyLogged(operation)) {
                return false;
            }
            int sent = attendance.send(frame, null);
            attempts.attempt("counting", () -> events.remoteApplied(sent));
            return true;
        }

        @Override
        public boolean takeQuietly(Operation operation) {
            if (!mayTake(operation) || !applyLogged(operation)) {
                return false;
            }
            attempts.attempt("counting", () -> events.remoteApplied(0));
            return true;
        }

        private boolean mayTake(Operation operation) {
            if (lifetime.isEnding()) {
                return false;
            }
            Admission.Verdict verdict = admission.check(operation);
            if (verdict.code() == ErrorCode.PENDING_FULL) {
                // It comes again with what it hangs on.
                events.busDropped();
            } else if (verdict.code() != null) {
                events.busRefused();
                LOG.atWarn()
                        .addKeyValue("room", context.id())
                        .log("an op from another instance is refused: {}", verdict.text());
            }
            return verdict.code() == null && !verdict.isKnown();
        }

        @Override
        public boolean store(Operation operation) {
            return durability.append(WireCodec.writeOperation(operation));
        }

        @Override
        public long unsettled() {
            return durability.unsettled();
        }

        @Override
        public void sendSince(byte[] version) {
            attendance.sendSince(version);
        }

        @Override
        public Map<Member, Message.Presence> shown() {
            return whereabouts.shown();
        }

        @Override
        public void received(Message.Presence presence) {
            whereabouts.showRemote(presence);
        }
    }
}
