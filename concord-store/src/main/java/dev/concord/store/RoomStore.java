package dev.concord.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rooms: for each an epoch, a log of ops, and at most one snapshot that covers the beginning of the log. When a
 * writing method returns, its effect has reached the disk.
 *
 * <p>All methods block and may be called by any thread; none belongs on an event loop. They throw
 * {@link StoreUnavailableException} when trying later may help, {@link CorruptRoomException} when this room's rows are
 * damaged, and {@link StoreException} for everything else. A method that throws has changed nothing, except that after a
 * {@code StoreUnavailableException} the change may have been committed; each method says what repeating it does.
 *
 * <p>Room ids and epochs are any non-empty strings; limits on them are the caller's. Byte arrays handed in must not be
 * changed afterwards, those handed out are the caller's own.
 */
public interface RoomStore extends AutoCloseable {

    /**
     * Makes the room, with an empty log, unless there is one with this id. Whoever makes it with an epoch that has ended revives that history.
     *
     * @param initialState a snapshot that covers no op, or {@code null} for a room without one
     * @return whether it was made now. {@code false} when repeated after a lost answer: compare the epochs then
     */
    boolean create(String roomId, String epoch, byte @Nullable [] initialState);

    /**
     * The room as it was at one moment: the newest snapshot and every op after it. Empty when there is no such room.
     *
     * @throws CorruptRoomException when a checksum does not match or the log has a gap: nothing is served in part
     */
    Optional<StoredRoom> load(String roomId);

    /**
     * Appends ops to the logs of any number of rooms in one transaction. In each room the places given are gapless, rise
     * in the order of {@code batch}, and become visible in that order even when several instances append at once. An op
     * whose room is missing or has another epoch is answered so and does not keep the others from being stored.
     *
     * <p>May be repeated: the store remembers each writer's newest batch and its results, and a call with the same
     * {@code id} answers with them and stores nothing. It remembers only the newest, for as long as this store is
     * open, so a writer must get an answer before it goes on to its next batch.
     *
     * @param id names this batch; its number is higher than that of the writer's last batch, or the same to repeat it
     * @return one result for each op, in order
     * @throws StoreException when the number is lower than the writer's newest, or {@code batch} has not the size of the
     *     batch that it claims to repeat
     */
    List<AppendResult> append(BatchId id, List<Append> batch);

    /**
     * Replaces the room's snapshot, unless the stored one covers more ops. One that covers just as many is replaced too,
     * which repairs a damaged one. Does not remove ops: see {@link #prune}. Repeating is harmless.
     *
     * @param opSeq the last op that {@code state} covers; 0 for none. {@code state} may contain later ones as well
     * @return whether it was stored; {@code false} when a newer one is there, or the room is gone or has another epoch
     * @throws IllegalArgumentException when {@code opSeq} is negative or beyond the room's last op
     */
    boolean saveSnapshot(String roomId, String epoch, byte[] state, long opSeq);

    /**
     * The ops of a room after a place, for a reader that has those up to there.
     *
     * @param epoch the history that {@code afterSeq} is a place in
     * @param afterSeq the last op that is known; 0 for none
     * @param max how many ops to return at most, at least 1. Fewer come when they pass some 4 MiB together
     * @throws CorruptRoomException when a checksum does not match or the log has a gap
     */
    LogPage read(String roomId, String epoch, long afterSeq, int max);

    /**
     * How far the logs of these rooms go. Cheap: one query for each thousand rooms, and no op or state is read.
     *
     * @return by room id; rooms that do not exist are missing
     */
    Map<String, RoomHead> heads(Collection<String> roomIds);

    /**
     * The rooms, in the order of the database, page by page. Reads every op's size: for operators, not for the path of an edit.
     *
     * @param after the last room of the page before; empty for the first page
     * @param max how many rooms to return at most, at least 1
     */
    List<RoomSummary> rooms(String after, int max);

    /** Whether other processes may write to this store while it is open here. */
    boolean isShared();

    /** As {@link #prune(String, long)} for a room of which no covered op is needed any more. */
    default int prune(String roomId) {
        return prune(roomId, Long.MAX_VALUE);
    }

    /**
     * Deletes the ops that the stored snapshot covers, after reading the snapshot back and checking it, and leaves those after
     * the oldest version of the room, see {@link #versions}. Places given to ops go on rising afterwards. Repeating is harmless.
     *
     * @param keepAfter ops beyond this place stay, covered or not
     * @return how many ops were deleted; 0 when there is no such room or no snapshot
     * @throws CorruptRoomException when the snapshot is damaged; no op is deleted then
     */
    int prune(String roomId, long keepAfter);

    /**
     * Ends the room and its epoch: log, snapshot, versions, runs and vector are gone at once, and that the epoch has ended is kept, see
     * {@link #endings}. A room made later under this id starts at op 1 again. An embedded store has overwritten all of it in its files when
     * this returns; of a database it is gone when the database has removed its dead rows and recycled its log.
     *
     * @return the epoch that has ended; empty when there was no such room, as when a call is repeated after a lost answer
     */
    Optional<String> delete(String roomId);

    /**
     * Ends an epoch that was ended elsewhere: what {@link #delete} does if the room has this epoch, and nothing to a room of another one. In
     * either case it is kept that the epoch has ended. Repeating is harmless.
     *
     * @return whether the room was there with this epoch
     */
    boolean end(String roomId, String epoch);

    /**
     * Deletes a room as {@link #delete} does if it has not changed for a while and everything that was appended to it is in its snapshot.
     *
     * @param changedBefore unix ms, see {@link RoomCatalogue.Entry#changedAt}
     * @return the epoch that has ended; empty when there is no such room, or it has changed
     */
    Optional<String> deleteIdle(String roomId, long changedBefore);

    /**
     * Removes what is kept of a room besides its text: its versions, its runs, its vector, and the ops that the stored snapshot covers, which is read
     * back and checked first. So no deleted text is left up to the snapshot's place. Repeating is harmless.
     *
     * @return whether that was done; false when the room is gone, has another epoch, or has no snapshot
     * @throws CorruptRoomException when the snapshot is damaged; nothing is removed then
     */
    boolean purge(String roomId, String epoch);

    /** What is known of rooms besides their text; the same object each time. */
    RoomCatalogue catalogue();

    /** The epochs that have ended; the same object each time. */
    Endings endings();

    /** The captured states of all rooms; the same object each time. */
    Versions versions();

    /** The proposed edits of all rooms; the same object each time. */
    AiRuns aiRuns();

    /** The vectors of all rooms; the same object each time. */
    Embeddings embeddings();

    /** Who may do what; the same object each time. */
    AccessRows accessRows();

    /**
     * Rewrites an embedded store's files, without what remains in them of deleted rows. Nothing is stored meanwhile, which takes seconds for each
     * hundred megabytes.
     *
     * @return false where the files are not this process's business
     */
    default boolean compact() {
        return false;
    }

    /** Returns when the store answers; throws {@link StoreUnavailableException} when it does not within a few seconds. */
    void ping();

    /** Gives back connections, files and locks. Everything stored stays. Closing twice is harmless. */
    @Override
    void close();
}
