package dev.concord.server.ai;

import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what waits for models on threads of its own, so many at once, each for so long, and counts it. Thread-safe. */
public final class AiCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AiCalls.class);
    /** How long a thread that nobody needs is kept. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** For decisions and lists, which wait for the store: they get through while every model hangs. */
    private static final int DECIDING = 4;
    /** Decisions that may wait for a thread. */
    private static final int WAITING = 100;

    private final ThreadPoolExecutor threads;
    private final ThreadPoolExecutor deciding;
    private final ScheduledExecutorService timer;
    private final Quota users;
    private final Quota rooms;
    private final AiEvents events;

    /**
     * No call yet.
     *
     * @param limits how many calls, for whom
     * @param timer ends calls that take too long
     * @param factory makes the threads
     * @param events is notified of every call
     */
    public AiCalls(AiLimits limits, ScheduledExecutorService timer, ThreadFactory factory, AiEvents events) {
        this.timer = timer;
        this.events = events;
        this.users = new Quota(limits.callsPerUser(), System::nanoTime);
        this.rooms = new Quota(limits.callsPerRoom(), System::nanoTime);
        this.threads = new ThreadPoolExecutor(
                0, limits.concurrent(), IDLE.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), factory);
        this.deciding = new ThreadPoolExecutor(
                DECIDING, DECIDING, IDLE.toMillis(), TimeUnit.MILLISECONDS, new ArrayBlockingQueue<>(WAITING), factory);
        deciding.allowCoreThreadTimeOut(true);
    }

    /**
     * Counts a call against the quotas of who asks and of the room.
     *
     * @param user who asks
     * @param roomId what for
     * @throws Refusal when it would be one too many
     */
    public void charge(String user, String roomId) {
        if (!users.take(user)) {
            throw new Refusal(Kind.RATE_LIMITED, "quota_user", "too many requests within a minute; wait a little");
        }
        if (!rooms.take(roomId)) {
            throw new Refusal(
                    Kind.RATE_LIMITED,
                    "quota_room",
                    "too many requests about this room within a minute; wait a little");
        }
    }

    /**
     * Runs a call.
     *
     * @param route for the count
     * @param within ends it with a time-out
     * @param cancellation what the call listens to; the caller may end it, too
     * @param call blocks
     * @return completes on any thread, with a {@link Refusal} when the call failed
     */
    public <T> CompletableFuture<T> run(String route, Duration within, Cancellation cancellation, Supplier<T> call) {
        return run(threads, route, within, cancellation, call);
    }

    /**
     * Runs what asks no model.
     *
     * @param route for the count
     * @param call blocks for the store only
     * @return completes on any thread, with a {@link Refusal} when the call failed
     */
    public <T> CompletableFuture<T> decide(String route, Supplier<T> call) {
        return run(deciding, route, Duration.ofDays(1), new Cancellation(), call);
    }

    private <T> CompletableFuture<T> run(
            ThreadPoolExecutor on, String route, Duration within, Cancellation cancellation, Supplier<T> call) {
        Call<T> made = new Call<>(route, within, cancellation, call);
        try {
            on.execute(made);
        } catch (RejectedExecutionException full) {
            made.refuse(new Refusal(
                    Kind.UNAVAILABLE, "busy", "too many of these requests are under way; try again in a moment"));
        }
        return made.result;
    }

    /** One call on its way to its answer: it is run, or refused. */
    private final class Call<T> implements Runnable {
        private final String route;
        private final Duration within;
        private final Cancellation cancellation;
        private final Supplier<T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final long started = System.nanoTime();

        Call(String route, Duration within, Cancellation cancellation, Supplier<T> work) {
            this.route = route;
            this.within = within;
            this.cancellation = cancellation;
            this.work = work;
        }

        @Override
        public void run() {
            ScheduledFuture<?> end;
            try {
                end = timer.schedule(cancellation::timeOut, within.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                refuse(stopping());
                return;
            }
            String outcome = "ok";
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error failure) {
                Refusal refusal = refusal(route, failure);
                outcome = refusal.code();
                result.completeExceptionally(refusal);
            } finally {
                end.cancel(false);
                events.aiCalled(route, outcome, System.nanoTime() - started);
            }
        }

        void refuse(Refusal refusal) {
            events.aiCalled(route, refusal.code(), System.nanoTime() - started);
            result.completeExceptionally(refusal);
        }
    }

    private static Refusal stopping() {
        return new Refusal(Kind.UNAVAILABLE, "stopping", "the server is stopping; try again");
    }

    private static Refusal refusal(String route, Throwable failure) {
        if (failure instanceof Refusal known) {
            return known;
        }
        if (failure instanceof AiException ai) {
            if (ai.reason() != AiException.Reason.CANCELLED) {
                LOG.warn("{}: {}", route, ai.getMessage());
            }
            return switch (ai.reason()) {
                case TIMEOUT -> new Refusal(Kind.UPSTREAM, "ai_timeout", "the model did not answer in time; try again");
                case CANCELLED -> new Refusal(Kind.UPSTREAM, "cancelled", "called off");
                case NO_ANSWER ->
                    new Refusal(Kind.UPSTREAM, "ai_no_answer", "the model gave no usable answer; rephrase the request");
                case UPSTREAM ->
                    new Refusal(
                            Kind.UPSTREAM, "ai_failed", "the model cannot be reached at the moment; try again later");
            };
        }
        if (failure instanceof dev.concord.store.StoreException store) {
            LOG.warn("{}: {}", route, store.getMessage());
            return new Refusal(
                    Kind.UNAVAILABLE, "store_unavailable", "the store does not answer at the moment; try again later");
        }
        LOG.error("{} failed", route, failure);
        return new Refusal(Kind.INTERNAL, "internal", "an unexpected fault; see the server's log");
    }

    /** Interrupts the calls that are under way, and refuses those that wait for a thread. */
    @Override
    public void close() {
        threads.shutdownNow();
        for (Runnable waiting : deciding.shutdownNow()) {
            ((Call<?>) waiting).refuse(stopping());
        }
    }
}
