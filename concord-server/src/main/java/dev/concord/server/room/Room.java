package dev.concord.server.room;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.store.OpLog;
import dev.concord.store.RoomGoneException;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One document and the members that edit it. Every method runs on the room's loop, which is what makes it safe; only the op log's
 * callbacks come from elsewhere, and hand over.
 *
 * <p>The path of an op: checked once, encoded once, handed to the op log, applied, sent to every member but its sender and to the other
 * instances, and acknowledged to the sender when the log says that it is durable.
 */
public final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);

    private final RoomContext context;
    private final RoomEvents events;
    private final Document document;
    private final Admission admission;
    private final Durability durability;
    private final Members members;
    private final Syncs syncs;
    private final ServerEdits serverEdits = new ServerEdits();
    private final RoomLog log;
    private final Peers peers;
    private final Presences presences;
    private final LargeDeletions deletions;

    private boolean dismissed;
    private boolean closed;

    Room(RoomContext context, Document document, StoredRoom stored, OpLog opLog, Wings wings) {
        this.context = context;
        this.events = context.events();
        this.document = document;
        this.admission = new Admission(document, context.limits().rooms());
        this.durability = new Durability(context, opLog, new OpLogListener());
        this.members = new Members(context);
        this.syncs = new Syncs(context, document);
        this.log = wings.logs().follow(context, new LogListener(), durability.commits(), stored);
        this.peers = wings.peers().of(context, new PeerListener());
        this.deletions = new LargeDeletions(context, wings.deletions());
        this.presences = wings.presences().of(context, new PresenceListener());
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
        return closed;
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
     * @return as {@link Document#encode}
     */
    public byte[] encode() {
        return document.encode();
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
        if (dismissed || closed) {
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
            document.check(operation);
            inserted += Admission.inserted(operation);
            encoded.add(WireCodec.writeOperation(operation));
        }
        if (admission.isTooLong(inserted)) {
            return CompletableFuture.completedFuture(EditOutcome.ROOM_FULL);
        }
        if (!durability.appendTogether(encoded)) {
            return CompletableFuture.completedFuture(EditOutcome.UNAVAILABLE);
        }
        CompletableFuture<EditOutcome> outcome = serverEdits.expect(durability.appended());
        for (int i = 0; i < operations.size(); i++) {
            if (!applyLogged(operations.get(i))) {
                break;
            }
            events.opApplied(context.loop().nanoTime() - arrived, fanOut(operations.get(i), encoded.get(i), null));
        }
        return outcome;
    }

    /**
     * Lets a member in: it gets a sync first, then the presence of those who are here.
     *
     * @param member the connection
     * @param version what it has already, from its connect query; null for everything
     */
    public void join(Member member, byte @Nullable [] version) {
        byte[] difference = version == null ? null : syncs.since(version);
        members.add(member);
        if (difference == null) {
            members.send(member, syncs.whole());
        } else {
            Frames.Frame sync = context.frames().encode(difference);
            members.send(member, sync);
            sync.release();
        }
        sendPresences(member);
    }

    /**
     * Lets a member go; the others learn at once that it left.
     *
     * @param member the connection
     */
    public void leave(Member member) {
        if (!members.remove(member)) {
            return;
        }
        Message.Presence farewell = presences.remove(member);
        if (farewell != null) {
            if (!members.isEmpty()) {
                members.broadcast(WireCodec.write(farewell), member);
            }
            peers.leave(member, farewell, presences.hasUser(farewell.user()));
        }
    }

    /**
     * Takes an op of a member.
     *
     * @param member the sender, seated here
     * @param op what it sent
     */
    public void receive(Member member, Message.Op op) {
        if (dismissed || !members.contains(member)) {
            return;
        }
        long arrived = context.loop().nanoTime();
        Operation operation = op.operation();
        Admission.Verdict verdict = admission.ofMember(operation);
        if (verdict.code() != null) {
            refuse(member, verdict.code(), verdict.text(), op.seq());
            return;
        }
        if (verdict.isKnown() && !log.hasUnconfirmed() && peers.areStored()) {
            // Durable as soon as everything is that was appended up to now.
            members.expect(member, durability.appended(), op.seq(), arrived);
            members.acknowledge(member, durability.durable());
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
        members.expect(member, durability.appended(), op.seq(), arrived);
        int before = document.length();
        // What is known came from another instance, and is not stored here yet. Now it is in any case, and everybody
        // has it already.
        if (!verdict.isKnown() && applyLogged(operation)) {
            int others = fanOut(operation, encoded, member);
            events.opApplied(context.loop().nanoTime() - arrived, others);
            if (operation instanceof Operation.Delete delete) {
                deletions.applied(delete, before, before - document.length());
            }
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
        if (dismissed || !members.contains(member)) {
            return;
        }
        int max = context.limits().presence().bytes();
        // A frame of many messages may be longer than one of them may be.
        if (frameBytes > max && WireCodec.write(presence).length > max) {
            refuse(member, ErrorCode.TOO_LARGE, "a presence message may have " + max + " bytes", null);
        } else if (!PresenceRules.isColor(presence.color())) {
            refuse(member, ErrorCode.MALFORMED, "color: must be a hex colour like #2DD4BF", null);
        } else {
            presences.show(member, presence);
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
        if (!members.refuse(member, code, text, seq)) {
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
        if (!members.refresh(member)) {
            members.acknowledge(member, durability.durable());
            return;
        }
        // All of it, or one frame too many for the queue would bring the whole sync again, and again.
        members.send(member, syncs.whole());
        sendPresences(member);
        members.sendUnsent(member, durability.durable());
    }

    /**
     * What the room is now.
     *
     * @return text, length, place in the log, digest and epoch
     */
    public RoomView view() {
        return new RoomView(
                context.id(),
                document.text(),
                document.length(),
                log.appliedSeq(),
                HexFormat.of().formatHex(document.digest()),
                context.epoch());
    }

    /**
     * Who is here.
     *
     * @return the newest presence of each member that has shown itself
     */
    public List<Message.Presence> present() {
        List<Message.Presence> all = new ArrayList<>(presences.shown().values());
        all.addAll(peers.present());
        return all;
    }

    boolean isIdle() {
        return members.isEmpty()
                && durability.isComplete()
                && log.isIdle()
                && !log.hasUnconfirmed()
                && peers.areStored()
                && members.emptyNanos()
                        >= context.limits().rooms().unloadAfter().toNanos();
    }

    /** Whether the op log has done with every op that this room gave it: only then do the stored rows not change any more. */
    boolean isDrained() {
        return durability.unsettled() == 0;
    }

    /** Sends everybody away and takes no more ops. */
    void dismiss(Close why) {
        dismissed = true;
        for (Member member : members.removeAll()) {
            Message.Presence farewell = presences.remove(member);
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
        syncs.forget();
        events.roomClosed();
    }

    /** Applies what the log has or will have; false when the document does not take it, which closes the room. */
    private boolean applyLogged(Operation operation) {
        try {
            document.apply(operation, ChangeSink.NONE);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("room", context.id())
                    .setCause(e)
                    .log("the document refuses an op that was stored");
            close(Close.OVERLOADED);
            return false;
        }
        syncs.forget();
        peers.changed();
        return true;
    }

    /** Sends an op that was made here to the members and to the other instances; returns how many members got it. */
    private int fanOut(Operation operation, byte[] encoded, @Nullable Member sender) {
        if (members.isAlone(sender) && !peers.isOpen()) {
            return 0;
        }
        byte[] frame = WireCodec.opFrame(encoded);
        int sent = members.broadcast(frame, sender);
        peers.publish(operation, frame);
        return sent;
    }

    /** Sends an op that was made elsewhere to the members; returns how many got it. */
    private int sendToAll(byte[] encoded) {
        return members.isEmpty() ? 0 : members.broadcast(WireCodec.opFrame(encoded), null);
    }

    private void sendPresences(Member to) {
        Frames.Frame others = presences.others(to);
        if (others != null) {
            members.send(to, others);
            others.release();
        }
    }

    /** What the op log says of this room's ops. */
    private final class OpLogListener implements Durability.Listener {
        @Override
        public void durable() {
            serverEdits.reached(durability.durable());
            log.committed();
            peers.stored();
            members.acknowledgeAll(durability.durable());
        }

        /** The log has not what the document has: nobody may go on from this memory; the next join loads the room again. */
        @Override
        public void failed(StoreException reason) {
            if (closed) {
                return;
            }
            LOG.atError()
                    .addKeyValue("room", context.id())
                    .log("an op could not be stored, the room is dropped from memory: {}", reason.getMessage());
            close(reason instanceof RoomGoneException ? Close.NO_SUCH_ROOM : Close.RESTARTING);
        }
    }

    /** What the wings may ask. */
    private abstract class Host implements RoomHost {
        @Override
        public Document document() {
            return document;
        }

        @Override
        public boolean isClosed() {
            return closed;
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
                // Both instances took an edit of the same id. The log's order decides, and memory has the other one.
                LOG.atError()
                        .addKeyValue("room", context.id())
                        .log(
                                "an op of the log contradicts one in memory, the room is loaded again: {}",
                                e.getMessage());
                close(Close.RESTARTING);
                return;
            }
            if (outcome != Outcome.DUPLICATE && applyLogged(operation)) {
                events.repaired(1);
                sendToAll(WireCodec.writeOperation(operation));
            }
        }

        @Override
        public void takeState(byte[] state) {
            try {
                document.merge(state);
            } catch (MalformedStateException | ConflictException e) {
                LOG.atError()
                        .addKeyValue("room", context.id())
                        .log(
                                "the snapshot contradicts what is in memory, the room is loaded again: {}",
                                e.getMessage());
                close(Close.RESTARTING);
                return;
            }
            syncs.forget();
            for (Member member : List.copyOf(members.all())) {
                members.write(member, syncs.whole());
            }
            syncs.forget();
        }

        @Override
        public void gone(boolean recreated) {
            LOG.atInfo().addKeyValue("room", context.id()).log("deleted by another instance, leaves memory");
            close(recreated ? Close.RESTARTING : Close.NO_SUCH_ROOM);
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
            if (!store) {
                log.received(operation);
            } else if (!durability.append(encoded)) {
                return false;
            }
            if (!applyLogged(operation)) {
                return false;
            }
            events.remoteApplied(sendToAll(encoded));
            return true;
        }

        @Override
        public boolean takeQuietly(Operation operation) {
            if (!mayTake(operation) || !applyLogged(operation)) {
                return false;
            }
            events.remoteApplied(0);
            return true;
        }

        private boolean mayTake(Operation operation) {
            if (dismissed || closed) {
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
            byte[] news = members.isEmpty() ? null : syncs.since(version);
            if (news != null) {
                members.broadcast(news, null);
            }
        }

        @Override
        public Map<Member, Message.Presence> shown() {
            return presences.shown();
        }

        @Override
        public void received(Message.Presence presence) {
            presences.received(presence);
        }
    }

    /** What presence does to this room. */
    private final class PresenceListener implements Presences.Host {
        @Override
        public Collection<Member> members() {
            return members.all();
        }

        @Override
        public List<Message.Presence> elsewhere() {
            return peers.present();
        }

        @Override
        public void write(Member member, Frames.Frame frame) {
            members.write(member, frame);
        }

        @Override
        public void shown(Map<Member, Shown> changed) {
            peers.show(changed);
        }
    }
}
