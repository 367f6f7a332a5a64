package dev.concord.server.ai;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many calls within a minute, for each name. Thread-safe; memory grows with the calls of the last minute only. */
final class Quota {
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();

    private final int max;
    private final LongSupplier nanos;
    private final Map<String, Deque<Long>> calls = new HashMap<>();
    private long swept;

    /**
     * A quota that nobody has used.
     *
     * @param max calls within a minute
     * @param nanos a clock that only goes forward
     */
    Quota(int max, LongSupplier nanos) {
        this.max = max;
        this.nanos = nanos;
        this.swept = nanos.getAsLong();
    }

    /** Counts a call; false, and nothing counted, when it would be one too many. */
    synchronized boolean take(String name) {
        long now = nanos.getAsLong();
        if (now - swept > WINDOW) {
            swept = now;
            for (Iterator<Deque<Long>> all = calls.values().iterator(); all.hasNext(); ) {
                if (drop(all.next(), now)) {
                    all.remove();
                }
            }
        }
        Deque<Long> mine = calls.computeIfAbsent(name, any -> new ArrayDeque<>());
        drop(mine, now);
        if (mine.size() >= max) {
            return false;
        }
        mine.add(now);
        return true;
    }

    private static boolean drop(Deque<Long> times, long now) {
        while (!times.isEmpty() && now - times.peek() > WINDOW) {
            times.remove();
        }
        return times.isEmpty();
    }
}
