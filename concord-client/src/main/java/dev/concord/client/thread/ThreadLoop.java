package dev.concord.client.thread;

import dev.concord.client.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A loop that is one daemon thread. Any number of sessions may share it. */
public final class ThreadLoop implements Loop, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    /**
     * Starts the thread when it is first needed.
     *
     * @param name of the thread
     */
    public ThreadLoop(String name) {
        executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            thread = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            // Closed: a connection that ends late has nobody to notify.
            if (!executor.isShutdown()) {
                throw e;
            }
        }
    }

    @Override
    public Timer schedule(Runnable task, long delayMillis) {
        ScheduledFuture<?> future = executor.schedule(guarded(task), delayMillis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs something on the loop and waits, without a time limit, for its result. On the loop itself it is run at once.
     *
     * @param work what to run
     * @param <T> type of the result
     * @return its result
     * @throws RuntimeException what the work threw
     * @throws java.util.concurrent.RejectedExecutionException when the loop is closed
     */
    public <T extends @Nullable Object> T ask(Supplier<T> work) {
        if (isCurrent()) {
            return work.get();
        }
        try {
            return CompletableFuture.supplyAsync(work, executor).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Ends the thread after the tasks that were passed to {@link #execute}; scheduled ones are dropped. Close the sessions before that. */
    @Override
    public void close() {
        executor.shutdown();
    }

    /** A task that throws must not go unnoticed: the executor would keep it in a future that nobody asks. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, e);
            }
        };
    }
}
