package dev.concord.store;

import java.util.List;
import java.util.Optional;

/**
 * Keeps proposed edits until somebody decides, so that any instance can carry the decision out, once. Methods block, are thread-safe, and
 * throw what those of {@link RoomStore} throw. A room that is deleted takes its runs along.
 */
public interface AiRuns {
    /**
     * Keeps a run, and forgets those of any room that expired a day before it was made.
     *
     * @param run in state {@link AiRun.State#PENDING}, under a new id
     * @return false when the room is gone or has another epoch: nothing is kept then
     */
    boolean add(AiRun run);

    /** The run of that room with that id. */
    Optional<AiRun> find(String roomId, String id);

    /** The runs of a room that wait for a decision and have not expired, newest first, at most {@code limit}. */
    List<AiRun> pending(String roomId, long now, int limit);

    /**
     * Claims a run for being applied: of any number of callers, on any instance, one succeeds. A claim that was not settled by {@code until},
     * because its process ended, can be taken over.
     *
     * @param now unix ms
     * @param until unix ms
     * @return whether it is the caller's now; false when it was decided, has expired, is somebody else's, or is not there
     */
    boolean claim(String roomId, String id, long now, long until);

    /**
     * Records a decision.
     *
     * @param from the state that it must be in
     * @param to the state that it gets
     * @return whether it was in that state
     */
    boolean move(String roomId, String id, AiRun.State from, AiRun.State to);
}
