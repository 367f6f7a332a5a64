package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import org.jspecify.annotations.Nullable;

/**
 * How far an op may reach beyond what the room knows, so that nobody uses up another one's counters or deletes what another one has not
 * sent yet. Wide enough for whoever was offline, and for clients that bring back what a server has lost, in the order that PROTOCOL.md names.
 */
public final class OperationBounds {
    /** A site's next counter may be so far above the highest that the document has of it. */
    public static final long MAX_JUMP = 1_000_000;
    /** A delete may name so many elements that are not known. */
    public static final long MAX_UNKNOWN = 100_000;

    private OperationBounds() {}

    /**
     * What is wrong with an op. O(log n), and for a delete in the number of runs that it covers.
     *
     * @param document of the room; not changed
     * @param operation any
     * @return for people; null when nothing is
     */
    public static @Nullable String fault(Document document, Operation operation) {
        if (operation instanceof Operation.Insert insert) {
            long highest = document.highestCounter(insert.id().site());
            return insert.id().counter() - highest > MAX_JUMP
                    ? "id.counter: may be at most 1,000,000 above the highest that is known of its site, " + highest
                    : null;
        }
        return operation.length() > MAX_UNKNOWN
                        && document.unknownElements(operation.id(), operation.length()) > MAX_UNKNOWN
                ? "length: a delete may name at most 100,000 elements that are not known"
                : null;
    }
}
