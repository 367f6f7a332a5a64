package dev.concord.client;

/**
 * The thread of a session, and its clock: the event thread of a user interface, a single thread of a service, or a test that runs the
 * tasks step by step. Runs one task at a time.
 */
public interface Loop {
    /**
     * Runs a task soon, after those that were given before. May be called by any thread.
     *
     * @param task the task
     */
    void execute(Runnable task);

    /**
     * Runs a task later, on this loop.
     *
     * @param task the task
     * @param delayMillis the delay in milliseconds, 0 or more; the task may run later than that
     * @return cancels the task
     */
    Timer schedule(Runnable task, long delayMillis);

    /**
     * A clock that only goes forward.
     *
     * @return milliseconds since some moment
     */
    long millis();

    /**
     * Whether the caller is on this loop.
     *
     * @return true on the loop's own thread
     */
    boolean isCurrent();

    /** A task that is to run later. */
    interface Timer {
        /** The task will not run, unless it has already. Called on the loop. */
        void cancel();
    }
}
