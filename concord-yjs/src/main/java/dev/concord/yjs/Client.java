package dev.concord.yjs;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a document has of one client: its structs, and their contents in the order of their clocks. */
final class Client {
    private static final Object[] NO_CELLS = {};

    final long id;
    final int number;
    /** The id as an unsigned integer of the formats, see {@link ByteOut#packed}. */
    final long packed;

    final int packedSize;
    final StructIndex index;
    /** The clock after the last struct. */
    int end;

    final TextStore text = new TextStore();
    /** Contents that are no text: one for each value, or for each struct of a kind that does not join. */
    @Nullable
    Object[] cells = NO_CELLS;

    int cellCount;
    /** Units of text and cells that no struct shows any more. */
    int garbage;

    /** The end when the transaction under way began; valid while {@link #transaction} is the number of that one. */
    int before;

    long transaction = -1;

    Client(Store store, long id, int number) {
        this.id = id;
        this.number = number;
        this.packed = ByteOut.pack(id);
        this.packedSize = ByteOut.packedSize(id);
        this.index = new StructIndex(store);
    }

    int addCell(@Nullable Object cell) {
        if (cellCount == cells.length) {
            cells = Arrays.copyOf(cells, Math.max(2, cellCount + (cellCount >> 1)));
        }
        cells[cellCount] = cell;
        return cellCount++;
    }

    @Nullable
    Object cell(int at) {
        return cells[at];
    }

    byte[] bytes(int at) {
        return (byte[]) java.util.Objects.requireNonNull(cells[at]);
    }

    Format format(int at) {
        return (Format) java.util.Objects.requireNonNull(cells[at]);
    }
}
