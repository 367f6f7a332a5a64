package dev.concord.server.room;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import java.util.List;

/**
 * An edit that the server makes on somebody's behalf, for {@link Room#edit}: ordinary operations, made on a copy of the document under a site of
 * their own. The room checks, stores, applies and sends them on like those of a member, all of them or none.
 */
public interface ServerEdit {
    /** What became of an edit. */
    enum Outcome {
        /** Every operation is durable. */
        STORED,
        /** The document has moved on so that the edit does not hold any more; nothing was done. */
        STALE,
        /** The document would become too large; nothing was done. */
        ROOM_FULL,
        /** The store takes nothing just now; nothing was done. */
        UNAVAILABLE,
        /** The store failed, or the room was closed, before it said that the edit is durable: it may be there or not. */
        UNKNOWN
    }

    /**
     * What to do.
     *
     * @return operations that the document has not seen, in an order in which each is ready when it comes
     */
    List<Operation> operations();

    /**
     * Whether the edit still makes sense. Called on the room's loop, right before the operations are applied.
     *
     * @param document the room's own; to be read only
     * @return false to have nothing done
     */
    boolean holds(Document document);

    /**
     * Told once what became of the edit, on the room's loop.
     *
     * @param outcome the end of it
     */
    void done(Outcome outcome);
}
