package dev.concord.server.room;

import dev.concord.crdt.Operation;

/** The op log of one room, as the room sees it: what others append to it comes in, and it is compacted. On the room's loop. */
public interface RoomLog {
    /**
     * How far the document has the log.
     *
     * @return the place up to which everything, of whichever instance, is in the document
     */
    long appliedSeq();

    /** More of the room's own ops became durable. */
    void committed();

    /**
     * An op was applied that another instance made, and will store.
     *
     * @param operation as it came over the bus
     */
    void received(Operation operation);

    /**
     * Whether something is in the document of which it is not known that it is, or will be, in the log.
     *
     * @return true while an op that was {@link #received} has not been seen in the log
     */
    boolean hasUnconfirmed();

    /** Reads what other instances have appended, later and at most ten times a second. */
    void catchUp();

    /**
     * Reads what other instances have appended, and appends what one of them sent and did not store.
     *
     * @param lastSeq the log is known to reach this far
     */
    void catchUp(long lastSeq);

    /** Compacts the log when that is due. */
    void compact();

    /**
     * Compacts what is left, after a compaction that is under way.
     *
     * @param done is run when that is stored or has failed
     */
    void finish(Runnable done);

    /** Ends what has ended elsewhere without the loop having taken notice. Call it from time to time. */
    void watch();

    /**
     * Whether there is nothing to do.
     *
     * @return false while the log is read or compacted, and while ops wait for that
     */
    boolean isIdle();

    /** What following the log does to the room. */
    interface Host extends RoomHost {
        /**
         * Applies what the log has and sends it to the members. Already known is fine.
         *
         * @param operation of whichever instance
         */
        void takeLogged(Operation operation);

        /**
         * Merges a snapshot and resynchronises the members.
         *
         * @param state in the engine's encoding
         */
        void takeState(byte[] state);

        /**
         * The room was deleted.
         *
         * @param recreated whether there is a new one of the same id
         */
        void gone(boolean recreated);

        /**
         * Appends an op that is in the document and that nobody else seems to have stored.
         *
         * @param operation once {@link RoomLog#received}
         * @return false when the log takes none just now
         */
        boolean storeForAnother(Operation operation);
    }
}
