package dev.concord.ai;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets a caller call off a blocking call from another thread. Thread-safe. One instance serves any number of calls, one after the other:
 * once cancelled, the call under way ends with {@link AiException.Reason#CANCELLED} or {@link AiException.Reason#TIMEOUT}, and so does every
 * later one.
 */
public final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private AiException.@org.jspecify.annotations.Nullable Reason reason;

    /** Calls off because nobody waits for the answer any more. Doing so twice is harmless. */
    public void cancel() {
        end(AiException.Reason.CANCELLED);
    }

    /** Calls off because the time is up; harmless after {@link #cancel}. */
    public void timeOut() {
        end(AiException.Reason.TIMEOUT);
    }

    private void end(AiException.Reason why) {
        List<Runnable> toRun;
        synchronized (this) {
            if (reason != null) {
                return;
            }
            reason = why;
            toRun = List.copyOf(actions);
            actions.clear();
        }
        toRun.forEach(Runnable::run);
    }

    /**
     * Fails if this was called off.
     *
     * @throws AiException with the reason
     */
    public synchronized void check() {
        if (reason != null) {
            throw new AiException(
                    reason,
                    reason == AiException.Reason.TIMEOUT
                            ? "no answer in the time allowed"
                            : "called off: nobody waits for the answer",
                    null);
        }
    }

    /**
     * Has an action run when this is called off; at once when it is already.
     *
     * @param action quick and thread-safe
     * @return takes the action back; to be closed when there is nothing more to stop
     */
    public Registration onCancel(Runnable action) {
        synchronized (this) {
            if (reason == null) {
                actions.add(action);
                return () -> {
                    synchronized (this) {
                        actions.remove(action);
                    }
                };
            }
        }
        action.run();
        return () -> {};
    }

    /** An action that waits for a cancellation. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        /** Takes the action back. */
        @Override
        void close();
    }
}
