package dev.concord.server.room;

import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Outcome;
import dev.concord.store.OpLog;
import dev.concord.store.RoomGoneException;
import dev.concord.store.StoreException;
import dev.concord.store.StoredRoom;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.RoomText;
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
        this.members = new Members(context, this::expel);
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
            if (RoomText.fault(operation) != null) {
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
            return CompletableFuture.completedFuture(EditOutcome.UNAVAILABLE);
        }
        CompletableFuture<EditOutcome> outcome = serverEdits.expect(durability.appended());
        try {
            for (int i = 0; i < operations.size(); i++) {
                if (!applyLogged(operations.get(i))) {
                    break;
                }
                fanOut(operations.get(i), encoded.get(i), null, arrived);
            }
        } catch (RuntimeException | Error fault) {
            reload(fault);
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
        if (closed) {
            member.close(Close.RESTARTING);
            return;
        }
        members.add(member);
        attempt("counting", events::memberJoined);
        try {
            byte[] difference = version == null ? null : syncs.since(version);
            if (difference == null) {
                members.send(member, syncs.whole());
            } else {
                sendAndRelease(member, context.frames().encode(difference));
            }
            sendPresences(member);
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
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
        attempt("counting", events::memberLeft);
        attempt("taking its presence away", () -> {
            Message.Presence farewell = presences.remove(member);
            if (farewell != null) {
                peers.leave(member, farewell, presences.hasUser(farewell.user()));
                if (!members.isEmpty()) {
                    members.broadcast(WireCodec.write(farewell), member);
                }
            }
        });
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
        try {
            members.expect(member, durability.appended(), op.seq(), arrived);
            int before = document.length();
            // What is known came from another instance, and is not stored here yet. Now it is in any case, and
            // everybody has it already.
            if (!verdict.isKnown() && applyLogged(operation)) {
                fanOut(operation, encoded, member, arrived);
                if (operation instanceof Operation.Delete delete) {
                    int removed = before - document.length();
                    attempt("noting a deletion", () -> deletions.applied(delete, before, removed));
                }
            }
        } catch (RuntimeException | Error fault) {
            reload(fault);
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
        try {
            if (!members.refresh(member)) {
                members.acknowledge(member, durability.durable());
                return;
            }
            // All of it, or one frame too many for the queue would bring the whole sync again, and again.
            members.send(member, syncs.whole());
            sendPresences(member);
            members.sendUnsent(member, durability.durable());
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
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

    /** Says when ops wait to become durable and none does. Call it from time to time. */
    void watch() {
        long standing = durability.standing();
        if (standing > 0) {
            LOG.atWarn()
                    .addKeyValue("room", context.id())
                    .addKeyValue("ops", standing)
                    .log("edits wait to become durable, and none has since the last look");
        }
    }

    /** Whether the op log has done with every op that this room gave it: only then do the stored rows not change any more. */
    boolean isDrained() {
        return durability.unsettled() <= 0;
    }

    /** Sends everybody away and takes no more ops. */
    void dismiss(Close why) {
        dismissed = true;
        for (Member member : members.removeAll()) {
            attempt("taking its presence away", () -> {
                Message.Presence farewell = presences.remove(member);
                if (farewell != null) {
                    peers.leave(member, farewell, false);
                }
            });
            attempt("counting", events::memberLeft);
            attempt("closing a connection", () -> member.close(why));
        }
    }

    /** Dismisses whoever is left and gives the room's memory back. */
    void close(Close why) {
        if (closed) {
            return;
        }
        dismiss(why);
        closed = true;
        attempt("leaving the other instances", peers::close);
        attempt("ending edits of the server", serverEdits::abandon);
        attempt("giving a state back", syncs::forget);
        attempt("counting", events::roomClosed);
    }

    /** Applies what the log has or will have; false when the document does not take it, which closes the room. */
    private boolean applyLogged(Operation operation) {
        try {
            syncs.forget();
            peers.changed();
            document.apply(operation, ChangeSink.NONE);
            return true;
        } catch (RuntimeException | Error e) {
            LOG.atError()
                    .addKeyValue("room", context.id())
                    .setCause(e)
                    .log("the document refuses an op that was stored");
            close(Close.OVERLOADED);
            return false;
        }
    }

    /** The log has, or will have, what this memory may not have: the next join loads the room again. */
    private void reload(Throwable fault) {
        LOG.atError()
                .addKeyValue("room", context.id())
                .setCause(fault)
                .log("failed in the middle of an edit, the room is loaded again");
        close(Close.RESTARTING);
    }

    /** Sends an op that was made here to the members and to the other instances. */
    private void fanOut(Operation operation, byte[] encoded, @Nullable Member sender, long arrivedNanos) {
        if (members.isAlone(sender) && !peers.isOpen()) {
            attempt("counting", () -> events.opApplied(context.loop().nanoTime() - arrivedNanos, 0));
            return;
        }
        byte[] frame = WireCodec.opFrame(encoded);
        int sent = sendToMembers(frame, sender);
        // Where this fails the others find the op in the log, or when they compare.
        attempt("publishing an op", () -> peers.publish(operation, frame));
        attempt("counting", () -> events.opApplied(context.loop().nanoTime() - arrivedNanos, sent));
    }

    /** Sends an op that was made elsewhere to the members; returns how many got it. */
    private int sendToAll(byte[] frame) {
        return members.isEmpty() ? 0 : sendToMembers(frame, null);
    }

    /** Sends an op that is in the document: when that fails for everybody, all members get the whole state instead. */
    private int sendToMembers(byte[] frame, @Nullable Member sender) {
        try {
            return members.broadcast(frame, sender);
        } catch (RuntimeException | Error fault) {
            resynchronise(fault);
            return 0;
        }
    }

    /** The members were not sent something that the document has: each gets the whole state, or has to come back for it. */
    private void resynchronise(Throwable fault) {
        LOG.atError()
                .addKeyValue("room", context.id())
                .setCause(fault)
                .log("an edit could not be sent, all members are resynchronised");
        try {
            members.outdateAll();
            context.loop().execute(() -> {
                for (Member member : List.copyOf(members.all())) {
                    refresh(member);
                }
            });
        } catch (RuntimeException | Error again) {
            LOG.atError().addKeyValue("room", context.id()).setCause(again).log("that failed, too; the room is closed");
            close(Close.RESTARTING);
        }
    }

    private void refresh(Member member) {
        try {
            if (member.isWritable()) {
                writable(member);
            }
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
    }

    /** A member could not be sent what it needs to be in step: it has to come back. */
    private void expel(Member member, Throwable fault) {
        if (!members.contains(member)) {
            return;
        }
        LOG.atError()
                .addKeyValue("room", context.id())
                .addKeyValue("connection", member.id())
                .setCause(fault)
                .log("a member could not be served, its connection is closed");
        leave(member);
        attempt("closing a connection", () -> member.close(Close.RESTARTING));
    }

    /** Does one of several things that do not need each other. */
    private void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("{} failed", what);
        }
    }

    private void sendPresences(Member to) {
        Frames.Frame others = presences.others(to);
        if (others != null) {
            sendAndRelease(to, others);
        }
    }

    private void sendAndRelease(Member to, Frames.Frame frame) {
        try {
            members.send(to, frame);
        } finally {
            frame.release();
        }
    }

    /** What the op log says of this room's ops. */
    private final class OpLogListener implements Durability.Listener {
        @Override
        public void durable() {
            attempt("ending edits of the server", () -> serverEdits.reached(durability.durable()));
            attempt("following the log", log::committed);
            attempt("storing what others sent", peers::stored);
            attempt("acknowledging", () -> members.acknowledgeAll(durability.durable()));
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
                try {
                    sendToAll(WireCodec.opFrame(WireCodec.writeOperation(operation)));
                } catch (RuntimeException | Error fault) {
                    resynchronise(fault);
                }
                attempt("counting", () -> events.repaired(1));
            }
        }

        @Override
        public void takeState(byte[] state) {
            try {
                document.merge(state);
                syncs.forget();
            } catch (RuntimeException | Error e) {
                LOG.atError()
                        .addKeyValue("room", context.id())
                        .setCause(e)
                        .log("the snapshot cannot be merged into what is in memory, the room is loaded again");
                close(Close.RESTARTING);
                return;
            }
            try {
                for (Member member : List.copyOf(members.all())) {
                    members.write(member, syncs.whole());
                }
                syncs.forget();
            } catch (RuntimeException | Error fault) {
                resynchronise(fault);
            }
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
            byte[] frame = WireCodec.opFrame(encoded);
            if (!store) {
                log.received(operation);
            } else if (!durability.append(encoded)) {
                return false;
            }
            if (!applyLogged(operation)) {
                return false;
            }
            events.remoteApplied(sendToAll(frame));
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
            try {
                byte[] news = members.isEmpty() ? null : syncs.since(version);
                if (news != null) {
                    members.broadcast(news, null);
                }
            } catch (RuntimeException | Error fault) {
                resynchronise(fault);
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
            members.writeOrFail(member, frame);
        }

        @Override
        public void shown(Map<Member, Shown> changed) {
            peers.show(changed);
        }
    }
}
