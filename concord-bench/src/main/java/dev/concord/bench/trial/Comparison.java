package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What honest pairs see of something that is done to the server: how long their edits take with it and without it. Both are measured in turns,
 * so that whatever else the machine does counts for both.
 */
final class Comparison {
    private static final long TYPING_NANOS = 20_000_000;
    private static final long SHOWING_NANOS = 10_000_000_000L;
    private static final long WARM_UP_NANOS = 5_000_000_000L;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** What one turn of a thread on a busy machine takes. */
    private static final long SLACK_NANOS = 5_000_000;

    /** One pair and what it saw. */
    private record Seen(HonestPair pair, List<Long> without, List<Long> with) {}

    private final List<Seen> all;
    private final Tally tally;
    private final int maxRise;

    /**
     * Of pairs that have just connected.
     *
     * @param maxRise by how much the 99th percentile may rise, in percent
     */
    Comparison(List<HonestPair> pairs, int maxRise, Tally tally) {
        this.all = pairs.stream()
                .map(pair -> new Seen(pair, new ArrayList<>(), new ArrayList<>()))
                .toList();
        this.maxRise = maxRise;
        this.tally = tally;
    }

    private Stream<HonestPair> pairs() {
        return all.stream().map(Seen::pair);
    }

    /** Types until the compilers have seen most of it. */
    void warmUp() throws IOException {
        await("the first syncs", () -> pairs().allMatch(HonestPair::isSynced));
        type(System.nanoTime() + WARM_UP_NANOS);
        pairs().forEach(HonestPair::takeLatencies);
    }

    /** Types for a while and until everything has arrived. */
    void measure(boolean with, long nanos) throws IOException {
        type(System.nanoTime() + nanos);
        await("the last edits", () -> pairs().allMatch(HonestPair::isSettled));
        all.forEach(one -> (with ? one.with : one.without).addAll(one.pair.takeLatencies()));
    }

    private void type(long untilNanos) throws IOException {
        long shown = System.nanoTime() - SHOWING_NANOS;
        for (long next = System.nanoTime(); next < untilNanos; next += TYPING_NANOS) {
            if (next - shown >= SHOWING_NANOS) {
                shown = next;
                for (Seen one : all) {
                    one.pair.show();
                }
            }
            for (Seen one : all) {
                one.pair.type();
            }
            LockSupport.parkNanos(next + TYPING_NANOS - System.nanoTime());
        }
    }

    /** Prints the percentiles; a fault when one has risen too much. */
    void report(PrintStream out) {
        for (Seen one : all) {
            out.printf(
                    Locale.ROOT,
                    "%s: p50 %.2f ms without, %.2f ms with; p99 %.2f ms without, %.2f ms with (%,d and %,d edits)%n",
                    one.pair.name(),
                    percentile(one.without, 50) / 1e6,
                    percentile(one.with, 50) / 1e6,
                    percentile(one.without, 99) / 1e6,
                    percentile(one.with, 99) / 1e6,
                    one.without.size(),
                    one.with.size());
            long without = percentile(one.without, 99);
            long with = percentile(one.with, 99);
            if (with > without * (1 + maxRise / 100.0) && with - without > SLACK_NANOS) {
                tally.fault("the p99 of " + one.pair.name() + " rose from " + without + " to " + with + " ns");
            }
        }
    }

    static long percentile(List<Long> values, int percent) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.isEmpty()
                ? 0
                : sorted.get((int) Math.min(sorted.size() - 1L, sorted.size() * (long) percent / 100));
    }

    /** Waits until something is so; a fault when that takes a minute. */
    void await(String what, BooleanSupplier condition) {
        await(what, condition, tally);
    }

    static void await(String what, BooleanSupplier condition, Tally tally) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                tally.fault("there was no end of waiting for " + what);
                return;
            }
            LockSupport.parkNanos(TYPING_NANOS);
        }
    }
}
