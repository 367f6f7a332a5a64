package dev.concord.server.room;

import java.util.ArrayDeque;

/**
 * What one member waits for. Ops of a room are numbered as they are handed to the op log, become durable in that order, and a
 * member is sent the seq of its last op that is. Holds no more entries than the op log has ops waiting, however often a member
 * repeats itself.
 */
final class Acks {
    private static final class Waiting {
        final long number;
        final long arrivedNanos;
        long seq;

        Waiting(long number, long seq, long arrivedNanos) {
            this.number = number;
            this.seq = seq;
            this.arrivedNanos = arrivedNanos;
        }
    }

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long owed = -1;

    void expect(long number, long seq, long arrivedNanos) {
        Waiting last = waiting.peekLast();
        if (last != null && last.number == number) {
            last.seq = Math.max(last.seq, seq);
        } else {
            waiting.add(new Waiting(number, seq, arrivedNanos));
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty() && owed < 0;
    }

    /** The seq to acknowledge now that all ops up to {@code durable} are, the same until {@link #sent}; -1 when there is no news. */
    long reached(long durable, long nowNanos, RoomEvents events) {
        while (!waiting.isEmpty() && waiting.getFirst().number <= durable) {
            Waiting done = waiting.removeFirst();
            owed = Math.max(owed, done.seq);
            events.opAcknowledged(nowNanos - done.arrivedNanos);
        }
        return owed;
    }

    /** The member has got the ack. */
    void sent() {
        owed = -1;
    }
}
