package dev.concord.yjs;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a document showed at one time: how far each client was, and what was deleted. It has no content: reading one takes a document that
 * keeps what it deletes, see {@link YDocument#YDocument(long, Bounds, boolean)}. Immutable.
 */
public final class Snapshot {
    private final StateVector vector;
    private final TreeMap<Long, Ranges> deletes;

    Snapshot(StateVector vector, TreeMap<Long, Ranges> deletes) {
        this.vector = vector;
        this.deletes = deletes;
    }

    /**
     * Reads a snapshot of version 1.
     *
     * @param bytes from {@link #toBytes} or from a peer
     * @return the snapshot
     * @throws MalformedUpdateException when the bytes are no snapshot
     */
    public static Snapshot of(byte[] bytes) {
        ByteIn in = new ByteIn(bytes);
        TreeMap<Long, Ranges> deletes = new TreeMap<>((a, b) -> Long.compare(b, a));
        long clients = in.varUint();
        for (long c = 0; c < clients; c++) {
            long client = in.varUint();
            long count = in.varUint();
            for (long r = 0; r < count; r++) {
                long clock = in.varUint();
                long length = in.varUint();
                if (length > 0) {
                    deletes.computeIfAbsent(client, id -> new Ranges()).add(clock, clock + length);
                }
            }
        }
        StateVector vector = StateVector.read(in);
        in.expectEnd("a snapshot");
        return new Snapshot(vector, deletes);
    }

    /**
     * The bytes, in version 1.
     *
     * @return a new array
     */
    public byte[] toBytes() {
        ByteOut out = new ByteOut();
        out.varUint(deletes.size());
        for (Map.Entry<Long, Ranges> of : deletes.entrySet()) {
            out.varUint(of.getKey());
            out.varUint(of.getValue().count());
            of.getValue().ranges().forEach((from, to) -> {
                out.varUint(from);
                out.varUint(to - from);
            });
        }
        vector.write(out);
        return out.toBytes();
    }

    /**
     * How far each client was.
     *
     * @return the state vector
     */
    public StateVector stateVector() {
        return vector;
    }

    boolean shows(long client, long clock) {
        Ranges deleted = deletes.get(client);
        return clock < vector.clock(client) && (deleted == null || deleted.endOf(clock) == clock);
    }

    /** The first clock from which on something else holds, at most {@code end}. */
    long border(long client, long clock, long end) {
        long known = vector.clock(client);
        long limit = clock < known ? Math.min(known, end) : end;
        Ranges deleted = deletes.get(client);
        if (deleted == null) {
            return limit;
        }
        long deletedTo = deleted.endOf(clock);
        return deletedTo > clock ? Math.min(deletedTo, limit) : deleted.nextStart(clock, limit);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Snapshot snapshot && java.util.Arrays.equals(snapshot.toBytes(), toBytes());
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(toBytes());
    }
}
