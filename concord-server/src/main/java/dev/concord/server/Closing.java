package dev.concord.server;

import org.jspecify.annotations.Nullable;

/** The steps of a stop: each is taken, whatever becomes of the others. Not thread-safe. */
final class Closing {
    private @Nullable Throwable first;

    /** When all is well so far. */
    Closing() {}

    /** After a failure, to which the faults of the steps are added as suppressed ones. */
    Closing(Throwable failure) {
        first = failure;
    }

    /** Takes a step; what it throws is kept for {@link #end}. */
    void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            if (first == null) {
                first = fault;
            } else if (fault != first) {
                first.addSuppressed(fault);
            }
        }
    }

    /** Throws what the first step that failed has thrown, with the faults of the others as suppressed ones. */
    void end() {
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException fault) {
            throw fault;
        }
    }
}
