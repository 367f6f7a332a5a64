package dev.concord.bench;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Times a work in turns with another, so that what disturbs the machine disturbs both. */
public final class Stopwatch {
    private Stopwatch() {}

    /**
     * Runs both as often, and as long, as the effort says, once to warm up and once to measure.
     *
     * @param work what is measured
     * @param gapBuffer what it is compared with
     * @param effort how long
     * @return the medians of the measured runs
     */
    public static Figure timed(Runnable work, Runnable gapBuffer, Effort effort) {
        spend(work, gapBuffer, effort.runs(), effort.warmUpMillis());
        List<double[]> measured = spend(work, gapBuffer, effort.runs(), effort.measuringMillis());
        double collected = measured.stream().mapToDouble(run -> run[2]).sum();
        return new Figure(median(measured, 0), median(measured, 1), collected / measured.size());
    }

    private static List<double[]> spend(Runnable work, Runnable gapBuffer, int runs, double millis) {
        List<double[]> spent = new ArrayList<>();
        double total = 0;
        while (spent.size() < runs || total < millis) {
            double base = cpuMillis(gapBuffer);
            long collected = collectedMillis();
            double worked = cpuMillis(work);
            spent.add(new double[] {worked, base, collectedMillis() - collected});
            total += base + worked;
        }
        return spent;
    }

    private static double cpuMillis(Runnable work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e6;
    }

    private static long collectedMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    static double median(List<double[]> measured, int column) {
        double[] sorted = measured.stream()
                .mapToDouble(figures -> figures[column])
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
