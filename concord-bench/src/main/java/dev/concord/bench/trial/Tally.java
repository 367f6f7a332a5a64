package dev.concord.bench.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What has been seen so far. Thread-safe. */
final class Tally {
    private static final int MAX_FAULTS = 20;

    /** Ops that the server acknowledged. */
    final LongAdder acknowledged = new LongAdder();
    /** Ops that arrived at another member as they were sent. */
    final LongAdder ops = new LongAdder();
    /** Of those, how many had arrived before, as after a restart. */
    final LongAdder again = new LongAdder();

    final LongAdder presences = new LongAdder();
    final LongAdder pongs = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder connections = new LongAdder();
    final LongAdder restarts = new LongAdder();
    final LongAdder rooms = new LongAdder();
    final LongAdder bytesUp = new LongAdder();
    final LongAdder bytesDown = new LongAdder();
    private final List<String> faults = new ArrayList<>();

    /** Frames that were checked where they arrived. */
    long frames() {
        return acknowledged.sum() + ops.sum() + presences.sum() + pongs.sum() + syncs.sum();
    }

    synchronized void fault(String what) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(what);
        }
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d frames: %,d to the server, from it %,d ops (%,d again), %,d presences, %,d pongs, %,d syncs; %,d MB up, %,d MB down; "
                        + "%,d connections, %,d rooms, %,d restarts; %d faults",
                frames(),
                acknowledged.sum(),
                ops.sum(),
                again.sum(),
                presences.sum(),
                pongs.sum(),
                syncs.sum(),
                bytesUp.sum() >> 20,
                bytesDown.sum() >> 20,
                connections.sum(),
                rooms.sum(),
                restarts.sum(),
                faults().size());
    }
}
