package dev.concord.store.jdbc;

import dev.concord.store.StoreException;
import dev.concord.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database's tables up to date before their first use: when the store is opened, or, if the database is away then, by
 * whoever comes first after its return. Thread-safe.
 */
final class Preparation {
    /** All who ask while the database is away wait for one attempt, and none is made sooner after it than this. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** The longest wait for the attempt of another thread; after it, the database counts as away. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ReentrantLock attempt = new ReentrantLock();
    private final Runnable work;
    private volatile boolean done;
    private @Nullable StoreUnavailableException lastFailure;
    private long failedNanos;

    /**
     * Not done yet.
     *
     * @param work throws {@link StoreUnavailableException} when trying later may help
     */
    Preparation(Runnable work) {
        this.work = work;
    }

    /**
     * Returns when it is done; throws the work's {@link StoreException} otherwise, and a {@link StoreUnavailableException} after 3 s
     * of waiting for somebody else's attempt, or when the thread is interrupted meanwhile.
     */
    void ensure() {
        if (!done) {
            prepare();
        }
    }

    private void prepare() {
        boolean mine;
        try {
            mine = attempt.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted while the database was being prepared", stopping);
        }
        if (!mine) {
            throw new StoreUnavailableException("the database is still being prepared", null);
        }
        try {
            attempt();
        } finally {
            attempt.unlock();
        }
    }

    /** By one at a time. */
    private void attempt() {
        if (done) {
            return;
        }
        if (lastFailure != null && System.nanoTime() - failedNanos < PAUSE.toNanos()) {
            throw new StoreUnavailableException("the database was away a moment ago", lastFailure);
        }
        try {
            work.run();
            done = true;
        } catch (StoreUnavailableException away) {
            lastFailure = away;
            failedNanos = System.nanoTime();
            throw away;
        }
    }
}
