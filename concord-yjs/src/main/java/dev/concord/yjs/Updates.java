package dev.concord.yjs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with updates without a document: nothing but ids, lengths and delete ranges is looked at. Results are those of Yjs,
 * byte for byte. Stateless, and thread-safe so far as nobody writes to the arrays.
 *
 * <p>Deleted text stays in merged updates, and parts are not joined: a document's state is shorter.
 */
public final class Updates {
    private Updates() {}

    /**
     * Merges updates into one that says all that they say. O(n log n) in the number of structs.
     *
     * @param format of the updates and of the result
     * @param updates one or more
     * @return the update; the only one itself when there is but one
     * @throws MalformedUpdateException when one of them is no update of this format
     * @throws BoundExceededException when one says more than {@link Bounds#DEFAULT} allow
     */
    public static byte[] merge(UpdateFormat format, byte[]... updates) {
        return merge(format, Bounds.DEFAULT, updates);
    }

    /**
     * Merges updates as {@link #merge(UpdateFormat, byte[]...)} does.
     *
     * @param format of the updates and of the result
     * @param bounds what each may say at most
     * @param updates one or more
     * @return the update
     * @throws MalformedUpdateException when one of them is no update of this format
     * @throws BoundExceededException when one says more than the bounds allow
     */
    public static byte[] merge(UpdateFormat format, Bounds bounds, byte[]... updates) {
        if (updates.length == 1) {
            return updates[0];
        }
        List<Cursor> cursors = new ArrayList<>();
        int size = 16;
        for (byte[] update : updates) {
            cursors.add(new Cursor(read(format, update, bounds), true));
            size += update.length;
        }
        UpdateWriter writer = new UpdateWriter(format, size);
        new Merge(cursors, writer).run();
        cursors.forEach(cursor -> writer.deletes(cursor.structs));
        return writer.toBytes();
    }

    /**
     * What a peer is missing of an update, with all of its deletions.
     *
     * @param format of the update and of the result
     * @param update the update
     * @param stateVector of the peer
     * @return the update without the structs that the peer has
     * @throws MalformedUpdateException when the bytes are no update of this format, or no state vector
     * @throws BoundExceededException when the update says more than {@link Bounds#DEFAULT} allow
     */
    public static byte[] diff(UpdateFormat format, byte[] update, byte[] stateVector) {
        StateVector known = StateVector.of(stateVector);
        Cursor cursor = new Cursor(read(format, update, Bounds.DEFAULT), false);
        UpdateWriter writer = new UpdateWriter(format, update.length);
        while (cursor.hasNext()) {
            long client = cursor.client();
            long clock = known.clock(client);
            if (cursor.kind() == Kind.SKIP) {
                // No update begins with a gap.
                cursor.next();
            } else if (cursor.end() > clock) {
                writer.add(cursor.structs, cursor.at, Math.max(clock - cursor.clock(), 0));
                cursor.next();
                for (; cursor.hasNext() && cursor.client() == client; cursor.next()) {
                    writer.add(cursor.structs, cursor.at, 0);
                }
            } else {
                while (cursor.hasNext() && cursor.client() == client && cursor.end() <= clock) {
                    cursor.next();
                }
            }
        }
        writer.deletes(cursor.structs);
        return writer.toBytes();
    }

    /**
     * The same update in the other format.
     *
     * @param update the update
     * @param from its format
     * @param to the format of the result
     * @return the update in that format
     * @throws MalformedUpdateException when the bytes are no update of the first format
     * @throws BoundExceededException when it says more than {@link Bounds#DEFAULT} allow
     */
    public static byte[] convert(byte[] update, UpdateFormat from, UpdateFormat to) {
        Structs structs = read(from, update, Bounds.DEFAULT);
        UpdateWriter writer = new UpdateWriter(to, update.length);
        for (int i = 0; i < structs.size; i++) {
            writer.add(structs, i, 0);
        }
        writer.deletes(structs);
        return writer.toBytes();
    }

    /**
     * How far a peer is that has an update and nothing else: up to the first gap of each client.
     *
     * @param format of the update
     * @param update the update
     * @return the state vector
     * @throws MalformedUpdateException when the bytes are no update of this format
     * @throws BoundExceededException when the update says more than {@link Bounds#DEFAULT} allow
     */
    public static StateVector stateVector(UpdateFormat format, byte[] update) {
        Structs structs = read(format, update, Bounds.DEFAULT);
        TreeMap<Long, Long> clocks = new TreeMap<>(Collections.reverseOrder());
        for (int i = 0; i < structs.size; ) {
            long client = structs.client[i];
            long clock = 0;
            boolean counts = structs.clock[i] == 0;
            for (; i < structs.size && structs.client[i] == client; i++) {
                counts &= structs.kind(i) != Kind.SKIP && (clock == structs.clock[i]);
                clock = counts ? structs.end(i) : clock;
            }
            if (clock > 0) {
                clocks.put(client, clock);
            }
        }
        return new StateVector(clocks);
    }

    private static Structs read(UpdateFormat format, byte[] update, Bounds bounds) {
        Structs structs = new Structs();
        UpdateReader.read(update, format, bounds, false, structs);
        return structs;
    }

    /** A place in the structs of an update. */
    private static final class Cursor {
        final Structs structs;
        private final boolean leavesOutGaps;
        int at;

        Cursor(Structs structs, boolean leavesOutGaps) {
            this.structs = structs;
            this.leavesOutGaps = leavesOutGaps;
            skipGaps();
        }

        boolean hasNext() {
            return at < structs.size;
        }

        void next() {
            at++;
            skipGaps();
        }

        private void skipGaps() {
            while (leavesOutGaps && hasNext() && kind() == Kind.SKIP) {
                at++;
            }
        }

        int kind() {
            return structs.kind(at);
        }

        long client() {
            return structs.client[at];
        }

        long clock() {
            return structs.clock[at];
        }

        long end() {
            return structs.end(at);
        }
    }

    /**
     * Walks all updates at once, client by client, highest first, always on in the one whose next struct begins first. Where two overlap,
     * the one that begins first keeps the clocks.
     */
    private static final class Merge {
        private final List<Cursor> cursors;
        private final UpdateWriter writer;
        private @Nullable Structs structs;
        private int at;
        private long written;

        Merge(List<Cursor> all, UpdateWriter writer) {
            this.cursors = new ArrayList<>(all);
            this.writer = writer;
            cursors.removeIf(cursor -> !cursor.hasNext());
            cursors.sort(Merge::compare);
        }

        private static int compare(Cursor a, Cursor b) {
            return a.client() != b.client() ? Long.compare(b.client(), a.client()) : Long.compare(a.clock(), b.clock());
        }

        void run() {
            while (!cursors.isEmpty()) {
                Cursor cursor = cursors.remove(0);
                step(cursor);
                if (cursor.hasNext()) {
                    putBack(cursor);
                }
            }
        }

        /** In front of those that begin at the same place. */
        private void putBack(Cursor cursor) {
            int low = 0;
            int high = cursors.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (compare(cursors.get(middle), cursor) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            cursors.add(low, cursor);
        }

        /** Takes what comes next of one update, and what follows it there without a gap. */
        private void step(Cursor cursor) {
            long client = cursor.client();
            Structs last = structs;
            if (last == null || last.client[at] != client) {
                take(cursor, 0);
            } else {
                boolean skipped = false;
                while (cursor.hasNext() && cursor.client() == client && cursor.end() <= written) {
                    cursor.next();
                    skipped = true;
                }
                if (!cursor.hasNext() || cursor.client() != client || (skipped && cursor.clock() > written)) {
                    // Another one may have what comes first.
                    return;
                }
                long cut = Math.max(0, written - cursor.clock());
                if (cursor.clock() <= written && writer.extend(cursor.structs, cursor.at, cut)) {
                    written = cursor.end();
                    cursor.next();
                } else {
                    take(cursor, cut);
                }
            }
            while (cursor.hasNext() && cursor.client() == client && cursor.clock() == written) {
                take(cursor, 0);
            }
        }

        private void take(Cursor cursor, long cut) {
            structs = cursor.structs;
            at = cursor.at;
            written = cursor.end();
            writer.add(cursor.structs, cursor.at, cut);
            cursor.next();
        }
    }
}
