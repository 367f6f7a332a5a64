package dev.concord.server.room;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The places in the log that this room's own ops were given, as runs: one run for ever, unless other instances append to the same log.
 * The op log's thread adds, the room's loop takes.
 */
public final class OwnCommits {
    private static final class Run {
        final long from;
        volatile long to;

        Run(long seq) {
            this.from = seq;
            this.to = seq;
        }
    }

    private final ConcurrentLinkedQueue<Run> runs = new ConcurrentLinkedQueue<>();
    /** The op log's thread alone touches it. */
    private @Nullable Run newest;

    private volatile long highest;

    /** Notes that an op became durable; places rise from call to call. Called on the op log's thread. */
    public void add(long seq) {
        Run run = newest;
        if (run != null && run.to + 1 == seq) {
            run.to = seq;
        } else {
            run = new Run(seq);
            newest = run;
            runs.add(run);
        }
        highest = seq;
    }

    /** The highest place that any own op has; 0 when there is none. */
    public long highest() {
        return highest;
    }

    /** How far everything is known, given that it is up to a place: further, when own ops follow there. Called on the loop. */
    public long advance(long applied) {
        long reached = applied;
        for (Iterator<Run> iterator = runs.iterator(); iterator.hasNext(); ) {
            Run run = iterator.next();
            if (run.from > reached + 1) {
                break;
            }
            // A run that is not the newest does not grow any more: its end is read after that is known.
            boolean over = iterator.hasNext();
            reached = Math.max(reached, run.to);
            if (!over) {
                break;
            }
            runs.remove();
        }
        return reached;
    }
}
