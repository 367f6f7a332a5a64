package dev.concord.server.room;

import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of a room: writes to them, and knows what each waits for. Writes are flushed once for everything that happened in one turn of
 * the loop. A member that reads too slowly is stale: it gets nothing until it can be written again, and then the whole state. On the room's
 * loop.
 */
final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    /** Refusals that a slow reader has not been sent, after which it is sent away: an ack must never pass over one of them. */
    private static final int MAX_UNSENT = 1000;

    private static final class Seat {
        final Member member;
        final Acks acks = new Acks();
        /** Has been written to since the last flush. */
        boolean written;
        /** Reads too slowly: gets nothing but a whole sync once it can be written again. */
        boolean stale;
        /** Gets nothing before the state that is being made for it. */
        boolean held;
        /** The refusals of ops that a stale member will get after its sync. */
        final List<Message.Refusal> unsent = new ArrayList<>(0);

        Seat(Member member) {
            this.member = member;
        }
    }

    private final RoomContext context;
    private final BiConsumer<Member, Throwable> expel;
    private final HandOver expulsions;
    private final Map<Member, Seat> seats = new LinkedHashMap<>();
    private List<Seat> toFlush = new ArrayList<>();
    private boolean flushScheduled;
    private long emptySinceNanos;

    /**
     * Nobody yet.
     *
     * @param expel sends a member away that cannot be written to; called in a turn of its own
     */
    Members(RoomContext context, BiConsumer<Member, Throwable> expel) {
        this.context = context;
        this.expel = expel;
        this.expulsions = new HandOver(context.loop());
        this.emptySinceNanos = context.loop().nanoTime();
    }

    /** Seats a member. */
    void add(Member member) {
        seats.put(member, new Seat(member));
    }

    /** Whether the member was seated, and is not any more. */
    boolean remove(Member member) {
        Seat seat = seats.remove(member);
        if (seat == null) {
            return false;
        }
        seat.written = false;
        if (seats.isEmpty()) {
            emptySinceNanos = context.loop().nanoTime();
        }
        return true;
    }

    /** Empties all seats; what was written before is flushed all the same. */
    List<Member> removeAll() {
        List<Member> leaving = List.copyOf(seats.keySet());
        seats.clear();
        return leaving;
    }

    /** All that are seated, to be looked at only. */
    Collection<Member> all() {
        return Collections.unmodifiableSet(seats.keySet());
    }

    boolean contains(Member member) {
        return seats.containsKey(member);
    }

    boolean isEmpty() {
        return seats.isEmpty();
    }

    /** How long nobody has been here; 0 while somebody is. */
    long emptyNanos() {
        return seats.isEmpty() ? context.loop().nanoTime() - emptySinceNanos : 0;
    }

    /** Whether nobody but perhaps this one is here. */
    boolean isAlone(@Nullable Member member) {
        return seats.size() == (member != null && seats.containsKey(member) ? 1 : 0);
    }

    /** Once so many of the room's ops are durable, the member's own op of this seq is acknowledged. */
    void expect(Member member, long number, long seq, long arrivedNanos) {
        Seat seat = seats.get(member);
        if (seat != null) {
            seat.acks.expect(number, seq, arrivedNanos);
        }
    }

    /** Acknowledges to every member what is durable. */
    void acknowledgeAll(long durable) {
        for (Seat seat : seats.values()) {
            if (!seat.acks.isEmpty()) {
                try {
                    acknowledge(seat, durable);
                } catch (RuntimeException | Error fault) {
                    fail(seat, fault);
                }
            }
        }
    }

    /** Acknowledges to one member what is durable. */
    void acknowledge(Member member, long durable) {
        Seat seat = seats.get(member);
        if (seat != null) {
            acknowledge(seat, durable);
        }
    }

    private void acknowledge(Seat seat, long durable) {
        // Counted in any case; a member that cannot be written is acknowledged later, and is not stale for that.
        long seq = seat.acks.reached(durable, context.loop().nanoTime(), context.events());
        if (seq >= 0 && !seat.stale && !seat.held && seat.member.isWritable()) {
            send(seat, new Message.Ack(seq));
            seat.acks.sent();
        }
    }

    /** Sends a refusal; false when the member has not been sent so many already that it must go. */
    boolean refuse(Member member, ErrorCode code, String text, @Nullable Long seq) {
        context.events().refused(code);
        Seat seat = seats.get(member);
        if (seat == null) {
            return true;
        }
        Message.Refusal refusal = new Message.Refusal(code, text, seq);
        if (write(seat, refusal) || seq == null) {
            return true;
        }
        if (seat.unsent.size() >= MAX_UNSENT) {
            return false;
        }
        seat.unsent.add(refusal);
        return true;
    }

    /** Sends those away whom the loop has refused to send away. Call it from time to time. */
    void watch() {
        expulsions.watch();
    }

    /** Nobody gets anything until it has been resynchronised. */
    void outdateAll() {
        seats.values().forEach(seat -> seat.stale = true);
    }

    /** The member gets nothing until {@link #release}. */
    void hold(Member member) {
        Seat seat = seats.get(member);
        if (seat != null) {
            seat.held = true;
        }
    }

    /** Whether the member is held, and seated still; from now on it gets what is sent. */
    boolean release(Member member) {
        Seat seat = seats.get(member);
        if (seat == null || !seat.held) {
            return false;
        }
        seat.held = false;
        return true;
    }

    /** Whether the member may be sent something; if it cannot be written, it is stale from now on. */
    boolean isReady(Member member) {
        Seat seat = seats.get(member);
        return seat != null && isReady(seat);
    }

    /** Whether the member is stale no more, and is to be sent everything, then {@link #sendUnsent}. */
    boolean refresh(Member member) {
        Seat seat = seats.get(member);
        if (seat == null || !seat.stale) {
            return false;
        }
        seat.stale = false;
        context.events().resynchronised();
        LOG.atInfo()
                .addKeyValue("room", context.id())
                .addKeyValue("connection", member.id())
                .log("can be written again, resynchronising it");
        return true;
    }

    /** Sends a member that was stale the refusals, and the ack, of which it was not notified. */
    void sendUnsent(Member member, long durable) {
        Seat seat = seats.get(member);
        if (seat == null) {
            return;
        }
        seat.unsent.forEach(refusal -> send(seat, refusal));
        seat.unsent.clear();
        long seq = seat.acks.reached(durable, context.loop().nanoTime(), context.events());
        if (seq >= 0) {
            send(seat, new Message.Ack(seq));
            seat.acks.sent();
        }
    }

    /** Writes a message to all but one, encoded once; returns how many got it. */
    int broadcast(byte[] json, @Nullable Member except) {
        if (isAlone(except)) {
            return 0;
        }
        Frames.Frame frame = context.frames().encode(json);
        int sent = 0;
        for (Seat seat : seats.values()) {
            if (seat.member != except && writeOrFail(seat, frame)) {
                sent++;
            }
        }
        frame.release();
        return sent;
    }

    /** As {@link #write}; but a member that cannot be written to goes, for one member's fault is not the others'. */
    void writeOrFail(Member member, Frames.Frame frame) {
        Seat seat = seats.get(member);
        if (seat != null) {
            writeOrFail(seat, frame);
        }
    }

    private boolean writeOrFail(Seat seat, Frames.Frame frame) {
        try {
            return write(seat, frame);
        } catch (RuntimeException | Error fault) {
            fail(seat, fault);
            return false;
        }
    }

    /** The member was not sent what it needs: it gets nothing more, and goes once whoever sends to many is through. */
    private void fail(Seat seat, Throwable fault) {
        seat.stale = true;
        expulsions.bring(() -> expel.accept(seat.member, fault));
    }

    private boolean write(Seat seat, Message message) {
        Frames.Frame frame = context.frames().encode(WireCodec.write(message));
        try {
            return write(seat, frame);
        } finally {
            frame.release();
        }
    }

    /** Whether the member gets the frame; if not, it is stale from now on. */
    boolean write(Member member, Frames.Frame frame) {
        Seat seat = seats.get(member);
        return seat != null && write(seat, frame);
    }

    private boolean write(Seat seat, Frames.Frame frame) {
        if (!isReady(seat)) {
            return false;
        }
        send(seat, frame);
        return true;
    }

    private boolean isReady(Seat seat) {
        if (seat.stale || seat.held) {
            return false;
        }
        if (!seat.member.isWritable()) {
            seat.stale = true;
            LOG.atInfo()
                    .addKeyValue("room", context.id())
                    .addKeyValue("connection", seat.member.id())
                    .log("reads too slowly, will get a sync once it can be written to again");
            return false;
        }
        return true;
    }

    private void send(Seat seat, Message message) {
        Frames.Frame frame = context.frames().encode(WireCodec.write(message));
        try {
            send(seat, frame);
        } finally {
            frame.release();
        }
    }

    /** Writes a frame to a member that is seated, whether or not that passes its bound. */
    void send(Member member, Frames.Frame frame) {
        Seat seat = seats.get(member);
        if (seat != null) {
            send(seat, frame);
        }
    }

    private void send(Seat seat, Frames.Frame frame) {
        seat.member.send(frame);
        if (!seat.written) {
            seat.written = true;
            toFlush.add(seat);
        }
        if (!flushScheduled) {
            // Noted afterwards: where the loop refuses, the next write asks it again.
            context.loop().execute(this::flush);
            flushScheduled = true;
        }
    }

    private void flush() {
        flushScheduled = false;
        // A flush can make a slow reader writable, which writes again: that is the next flush's.
        List<Seat> turn = toFlush;
        toFlush = new ArrayList<>(turn.size());
        for (Seat seat : turn) {
            if (seat.written) {
                seat.written = false;
                try {
                    seat.member.flush();
                } catch (RuntimeException | Error fault) {
                    fail(seat, fault);
                }
            }
        }
    }
}
