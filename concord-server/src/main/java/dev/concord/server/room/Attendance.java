package dev.concord.server.room;

import dev.concord.crdt.Operation;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.WireCodec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets members in and out, and keeps each in step with the document: it gets a sync when it comes, every op after that, and the whole state
 * again when an op could not be sent. Who cannot be served has to come back. On the room's loop.
 */
final class Attendance {
    private static final Logger LOG = LoggerFactory.getLogger(Attendance.class);

    private final RoomContext context;
    private final RoomEvents events;
    private final Attempts attempts;
    private final Durability durability;
    private final Consumer<Throwable> resyncFailed;
    private final Members members;
    private final ReadReplica replica;
    private final Syncs syncs;
    private final Whereabouts whereabouts;

    /**
     * Nobody yet.
     *
     * @param replica reads the document
     * @param durability says which ops of the members may be acknowledged
     * @param peers learn who shows itself here
     * @param resyncFailed is called when the members are not in step, and could not be made to come back
     */
    Attendance(
            RoomContext context,
            ReadReplica replica,
            Durability durability,
            Peers peers,
            Presences.Factory presences,
            Consumer<Throwable> resyncFailed) {
        this.context = context;
        this.events = context.events();
        this.attempts = new Attempts(context);
        this.durability = durability;
        this.resyncFailed = resyncFailed;
        this.members = new Members(context, this::expel);
        this.replica = replica;
        this.syncs = new Syncs(context);
        this.whereabouts = new Whereabouts(context, members, peers, presences);
    }

    /** What the members show of themselves. */
    Whereabouts whereabouts() {
        return whereabouts;
    }

    /** Lets a member in: it gets what its version is missing, or everything, then the presence of those who are here. */
    void join(Member member, byte @Nullable [] version) {
        members.add(member);
        attempts.attempt("counting", events::memberJoined);
        bring(member, version, true);
    }

    /**
     * Sends a member what its version is missing, or everything. Of a large document that takes a while, in which it gets nothing else; what is
     * applied meanwhile follows.
     *
     * @param others whether it is sent the presence of the others, too
     */
    private void bring(Member member, byte @Nullable [] version, boolean others) {
        try {
            Frames.Frame known = version == null ? syncs.known(member.right()) : null;
            if (known != null) {
                send(member, known, List.of(), others);
                return;
            }
            members.hold(member);
            replica.read(
                    snapshot -> syncs.of(snapshot, version, member.right()),
                    (frame, snapshot) -> arrived(member, frame, snapshot, others),
                    fault -> expel(member, fault));
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
    }

    private void arrived(Member member, Frames.Frame frame, ReadReplica.Snapshot snapshot, boolean others) {
        List<Operation> since = snapshot.since();
        if (since == null) {
            // Another state was merged meanwhile.
            if (members.release(member)) {
                bring(member, null, others);
            }
            return;
        }
        if (members.release(member)) {
            send(member, frame, since, others);
            if (since.isEmpty() && members.contains(member)) {
                syncs.keep(snapshot);
            }
        }
    }

    private void send(Member member, Frames.Frame frame, List<Operation> since, boolean others) {
        try {
            members.send(member, frame);
            if (!since.isEmpty()) {
                sendOps(member, since);
            }
            if (others) {
                whereabouts.sendTo(member);
            }
            members.sendUnsent(member, durability.durable());
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
    }

    private void sendOps(Member member, List<Operation> operations) {
        List<byte[]> messages = operations.stream()
                .map(operation -> WireCodec.opFrame(WireCodec.writeOperation(operation)))
                .toList();
        Frames.Frame row = context.frames().encode(messages);
        try {
            members.send(member, row);
        } finally {
            row.release();
        }
    }

    /** Lets a member go; the others learn at once that it left. */
    void leave(Member member) {
        if (!members.remove(member)) {
            return;
        }
        attempts.attempt("counting", events::memberLeft);
        attempts.attempt("taking its presence away", () -> whereabouts.left(member));
    }

    /** Sends everybody away. */
    void dismissAll(Close why) {
        for (Member member : members.removeAll()) {
            attempts.attempt("taking its presence away", () -> whereabouts.dismissed(member));
            attempts.attempt("counting", events::memberLeft);
            attempts.attempt("closing a connection", () -> member.close(why));
        }
    }

    /** Sends those away who could not be sent away when they had to be. Call it from time to time. */
    void watch() {
        members.watch();
    }

    boolean contains(Member member) {
        return members.contains(member);
    }

    /** Whether nobody but perhaps this one is here. */
    boolean isAlone(@Nullable Member member) {
        return members.isAlone(member);
    }

    /** Whether nobody has been here for so long that the room may leave memory. */
    boolean isIdle() {
        return members.isEmpty()
                && members.emptyNanos()
                        >= context.limits().rooms().unloadAfter().toNanos();
    }

    /** Once everything is durable that was appended up to now, the member's own op of this seq is acknowledged. */
    void expect(Member member, long seq, long arrivedNanos) {
        members.expect(member, durability.appended(), seq, arrivedNanos);
    }

    /** Acknowledges to one member what is durable. */
    void acknowledge(Member member) {
        members.acknowledge(member, durability.durable());
    }

    /** Acknowledges to every member what is durable. */
    void acknowledgeAll() {
        members.acknowledgeAll(durability.durable());
    }

    /** Notifies a member that something of its was refused; who has missed too many refusals has to come back. */
    void refuse(Member member, ErrorCode code, String text, @Nullable Long seq) {
        if (!members.refuse(member, code, text, seq)) {
            leave(member);
            member.close(Close.OVERLOADED);
        }
    }

    /** The document has changed, or leaves memory: its state is not what was sent last. */
    void forgetState() {
        syncs.forget();
    }

    /** Sends an op that is in the document to all but its sender, or all get the whole state instead; returns how many got the op. */
    int send(byte[] frame, @Nullable Member sender) {
        try {
            return members.broadcast(frame, sender);
        } catch (RuntimeException | Error fault) {
            resynchronise(fault);
            return 0;
        }
    }

    /** Sends everybody, in one message, what the document has and a version of it has not. */
    void sendSince(byte[] version) {
        bringAll(version);
    }

    /** Sends everybody the whole state. */
    void sendState() {
        bringAll(null);
    }

    private void bringAll(byte @Nullable [] version) {
        try {
            for (Member member : List.copyOf(members.all())) {
                if (members.isReady(member)) {
                    bring(member, version, false);
                }
            }
        } catch (RuntimeException | Error fault) {
            resynchronise(fault);
        }
    }

    /** What a member may do has changed: a sync without anything new says so. */
    void rightChanged(Member member) {
        if (members.contains(member) && members.isReady(member)) {
            bring(member, Syncs.NOTHING_NEW, false);
        }
    }

    /** A member that was too slow can be written again. */
    void writable(Member member) {
        try {
            if (members.refresh(member)) {
                // All of it, or one frame too many for the queue would bring the whole sync again, and again.
                bring(member, null, true);
            } else {
                acknowledge(member);
            }
        } catch (RuntimeException | Error fault) {
            expel(member, fault);
        }
    }

    /** The members were not sent something that the document has: each gets the whole state, or has to come back for it. */
    void resynchronise(Throwable fault) {
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
            resyncFailed.accept(again);
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
        attempts.attempt("closing a connection", () -> member.close(Close.RESTARTING));
    }
}
