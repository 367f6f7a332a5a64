package dev.concord.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a test wants to go wrong with the next calls of something: a call fails, loses its answer, or stops at a gate. Each plan holds for one
 * call, in the order in which the plans were made. Thread-safe.
 */
public final class Faults {

    /** A point that a call has come to and that a test lets it pass. */
    public static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        private Gate() {}

        /**
         * Returns when a call stands before the gate.
         *
         * @throws AssertionError after {@link Await#DEADLINE}
         */
        public void awaitReached() throws InterruptedException {
            if (!reached.await(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("no call has come to the gate");
            }
        }

        /** Lets the call through. */
        public void open() {
            open.countDown();
        }

        private void pass() {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted at a gate", stop);
            }
        }
    }

    private final Queue<Runnable> before = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> after = new ConcurrentLinkedQueue<>();

    /** The next call (or the one after those already planned for) throws this and does nothing. */
    public void failNext(Throwable fault) {
        before.add(() -> sneak(fault));
    }

    /** The next call stops at a gate before it does anything. */
    public Gate holdNext() {
        Gate gate = new Gate();
        before.add(gate::pass);
        return gate;
    }

    /** The next call that gets to its end does its work, and its caller sees this fault. */
    public void loseNextAnswer(Throwable fault) {
        after.add(() -> sneak(fault));
    }

    /** Makes a call, with what was planned for it. */
    public <T> T call(Supplier<T> work) {
        run(before.poll());
        T result = work.get();
        run(after.poll());
        return result;
    }

    private static void run(@Nullable Runnable step) {
        if (step != null) {
            step.run();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }
}
