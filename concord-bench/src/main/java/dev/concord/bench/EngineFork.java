package dev.concord.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One measurement in a JVM of its own, so that none is compiled for what another did before it. A timed work runs in turns with the
 * gap buffer on the same history; figures are CPU milliseconds of the measuring thread, medians after a warm-up.
 */
final class EngineFork {
    private static final double WARM_UP_MILLIS = 3000;
    private static final double MEASURING_MILLIS = 1500;
    private static final String SESSION = "session";

    /**
     * What a fork reports.
     *
     * @param value CPU ms, or a size
     * @param gapBuffer CPU ms of the gap buffer on the same history; 0 where there is none
     */
    record Figure(double value, double gapBuffer) {}

    private EngineFork() {}

    /** Measures a work on a trace, in a new JVM. */
    static Figure work(EngineWork work, String trace, @Nullable Path directory, int runs) throws IOException {
        return start(List.of(work.name(), trace, directory == null ? "" : directory.toString(), String.valueOf(runs)));
    }

    static Figure session(int runs) throws IOException {
        return start(List.of(SESSION, "friendsforever", "", String.valueOf(runs)));
    }

    static Figure hostile(Hostile shape, int size, int runs) throws IOException {
        return start(List.of(shape.name(), String.valueOf(size), "", String.valueOf(runs)));
    }

    private static Figure start(List<String> args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EngineFork.class.getName()));
        command.addAll(args);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            int status = process.waitFor();
            if (status != 0 || line == null) {
                throw new IOException("the measurement of " + args + " ended with status " + status);
            }
            String[] figures = line.split(" ", -1);
            return new Figure(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
    }

    /**
     * The measuring process.
     *
     * @param args work, trace or size, directory of traces or empty, runs
     * @throws IOException when the trace cannot be read
     */
    public static void main(String[] args) throws IOException {
        int runs = Integer.parseInt(args[3]);
        Figure figure;
        if (args[0].equals(SESSION)) {
            try (InputStream in = open(args[1], "")) {
                figure = timed(Session.read(in)::play, () -> {}, runs);
            }
        } else if (Arrays.stream(Hostile.values())
                .anyMatch(shape -> shape.name().equals(args[0]))) {
            figure = timed(Hostile.valueOf(args[0]).prepare(Integer.parseInt(args[1])), () -> {}, runs);
        } else {
            EngineWork work = EngineWork.valueOf(args[0]);
            Trace trace;
            try (InputStream in = open(args[1], args[2])) {
                trace = Trace.read(args[1], in);
            }
            figure = work.isTimed()
                    ? timed(work.prepare(trace), EngineWork.gapBuffer(trace), runs)
                    : new Figure(work.size(trace), 0);
        }
        System.out.println(figure.value() + " " + figure.gapBuffer());
    }

    /** Runs as often as asked for, and until both the warm-up and the measuring have had their CPU time. */
    private static Figure timed(Runnable work, Runnable gapBuffer, int runs) {
        spend(work, gapBuffer, runs, WARM_UP_MILLIS);
        List<double[]> measured = spend(work, gapBuffer, runs, MEASURING_MILLIS);
        return new Figure(median(measured, 0), median(measured, 1));
    }

    private static List<double[]> spend(Runnable work, Runnable gapBuffer, int runs, double millis) {
        List<double[]> spent = new ArrayList<>();
        double total = 0;
        while (spent.size() < runs || total < millis) {
            double base = cpuMillis(gapBuffer);
            double worked = cpuMillis(work);
            spent.add(new double[] {worked, base});
            total += base + worked;
        }
        return spent;
    }

    private static double cpuMillis(Runnable work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e6;
    }

    private static double median(List<double[]> measured, int column) {
        double[] sorted = measured.stream()
                .mapToDouble(figures -> figures[column])
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private static InputStream open(String trace, String directory) throws IOException {
        if (!directory.isEmpty()) {
            return Files.newInputStream(Path.of(directory, trace + ".json.gz"));
        }
        InputStream in = EngineFork.class.getResourceAsStream("/traces/" + trace + ".json.gz");
        if (in == null) {
            throw new IOException("the trace " + trace + " is missing from the jar");
        }
        return in;
    }
}
