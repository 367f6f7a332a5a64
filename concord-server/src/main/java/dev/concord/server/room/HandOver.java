package dev.concord.server.room;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the ends of what other threads do to a room's loop. An end that never came would leave the room waiting for it for ever, so one that
 * the loop refuses, as when memory is short, is kept for the next {@link #watch}. Thread-safe.
 */
public final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private final RoomLoop loop;
    private final Queue<Runnable> refused = new ConcurrentLinkedQueue<>();

    /**
     * To a loop.
     *
     * @param loop where everything is run
     */
    public HandOver(RoomLoop loop) {
        this.loop = loop;
    }

    /**
     * Runs an end on the loop, soon or at the next {@link #watch}. Throws nothing.
     *
     * @param end must reckon with other things that happen before it
     */
    public void bring(Runnable end) {
        try {
            loop.execute(end);
        } catch (RuntimeException | Error fault) {
            refused.add(end);
            LOG.debug("the loop takes no task now", fault);
        }
    }

    /** Runs what the loop has refused. Call it from time to time, on the loop. */
    public void watch() {
        for (Runnable end = refused.poll(); end != null; end = refused.poll()) {
            try {
                end.run();
            } catch (RuntimeException | Error fault) {
                LOG.error("an end that came late has failed", fault);
            }
        }
    }
}
