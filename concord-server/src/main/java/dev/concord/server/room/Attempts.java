package dev.concord.server.room;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does steps that do not need each other: one that throws is logged and keeps none of the others. */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final RoomContext context;

    Attempts(RoomContext context) {
        this.context = context;
    }

    /** Does one step; what it is called is for the log. */
    void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            report(what, fault);
        }
    }

    private void report(String what, Throwable fault) {
        try {
            LOG.atError().addKeyValue("room", context.id()).setCause(fault).log("{} failed", what);
        } catch (RuntimeException | Error unloggable) {
            // As when memory is short. The steps that follow matter more than the line.
        }
    }
}
