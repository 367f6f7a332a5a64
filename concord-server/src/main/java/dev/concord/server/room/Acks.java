package dev.concord.server.room;

import java.util.ArrayDeque;

/**
 * What one member waits for. Ops of a room are numbered as they are handed to the op log, become durable in that order, and a
 * member is told the seq of its last op that is.
 */
final class Acks {
    private record Waiting(long number, long seq, long arrivedNanos) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    void expect(long number, long seq, long arrivedNanos) {
        waiting.add(new Waiting(number, seq, arrivedNanos));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The seq to acknowledge now that all ops up to {@code durable} are, or -1 when there is no news. */
    long reached(long durable, long nowNanos, RoomEvents events) {
        long seq = -1;
        while (!waiting.isEmpty() && waiting.getFirst().number() <= durable) {
            Waiting done = waiting.removeFirst();
            seq = Math.max(seq, done.seq());
            events.opAcknowledged(nowNanos - done.arrivedNanos());
        }
        return seq;
    }
}
