package dev.concord.yjs;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a peer is: for each client the clock that it needs next. Immutable.
 */
public final class StateVector {
    /** Of a peer that has nothing. */
    public static final StateVector EMPTY = new StateVector(new TreeMap<>());

    private final TreeMap<Long, Long> clocks;

    StateVector(TreeMap<Long, Long> clocks) {
        this.clocks = clocks;
    }

    /**
     * Reads a state vector; the bytes are the same for both formats of updates.
     *
     * @param bytes from {@link #toBytes} or from a peer
     * @return the vector; a client that is named twice counts with the last clock
     * @throws MalformedUpdateException when the bytes are no state vector
     */
    public static StateVector of(byte[] bytes) {
        ByteIn in = new ByteIn(bytes);
        StateVector vector = read(in);
        in.expectEnd("a state vector");
        return vector;
    }

    static StateVector read(ByteIn in) {
        TreeMap<Long, Long> clocks = new TreeMap<>(Collections.reverseOrder());
        long count = in.varUint();
        for (long i = 0; i < count; i++) {
            long client = in.varUint();
            clocks.put(client, in.varUint());
        }
        return new StateVector(clocks);
    }

    /**
     * The clock that is needed next of a client.
     *
     * @param client the client
     * @return 0 when nothing is known of it
     */
    public long clock(long client) {
        return clocks.isEmpty() ? 0 : clocks.getOrDefault(client, 0L);
    }

    /**
     * All clocks.
     *
     * @return by client, highest first; not modifiable
     */
    public Map<Long, Long> clocks() {
        return Collections.unmodifiableMap(clocks);
    }

    /**
     * The bytes of the vector, clients highest first.
     *
     * @return a new array
     */
    public byte[] toBytes() {
        ByteOut out = new ByteOut(4 + 8 * clocks.size());
        write(out);
        return out.toBytes();
    }

    void write(ByteOut out) {
        out.varUint(clocks.size());
        clocks.forEach((client, clock) -> {
            out.varUint(client);
            out.varUint(clock);
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateVector vector && vector.clocks.equals(clocks);
    }

    @Override
    public int hashCode() {
        return clocks.hashCode();
    }

    @Override
    public String toString() {
        return clocks.toString();
    }
}
