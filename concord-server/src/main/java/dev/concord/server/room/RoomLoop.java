package dev.concord.server.room;

import java.time.Duration;
import java.util.concurrent.Executor;

/** The one thread of a room: runs tasks in the order in which they come, and keeps its time. */
public interface RoomLoop extends Executor {
    /**
     * Runs a task on this loop later.
     *
     * @param task the task
     * @param delay from now
     */
    void schedule(Runnable task, Duration delay);

    /**
     * A clock that only goes forward.
     *
     * @return nanoseconds from some origin
     */
    long nanoTime();
}
