package dev.concord.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Measures the engine on histories and hostile input. Each figure comes from a JVM of its own, see {@link EngineFork}. */
final class EngineBench {
    private static final String HOSTILE = "hostile";
    private static final int HOSTILE_SIZE = 100_000;
    private static final double HOSTILE_MILLIS = 150;
    private static final double SESSION_MILLIS = 12;

    /** A measurement to be made: its name for --only, and how. */
    private record Task(String input, String work, Measurement measurement) {}

    private interface Measurement {
        Row measure() throws IOException;
    }

    private final Options options;
    private final PrintStream err;
    private final Effort effort;
    private final int rounds;
    private final String column = Report.jdk();

    EngineBench(Options options, PrintStream err) {
        this.options = options;
        this.err = err;
        this.effort = Effort.full(options.count("--runs", 20));
        this.rounds = options.count("--rounds", 1);
    }

    Report run() throws IOException {
        List<Task> tasks = tasks(Traces.paper(options, System.getenv())).stream()
                .filter(task -> options.wants(task.input(), task.work()))
                .toList();
        List<Row> rows = new ArrayList<>();
        for (Task task : tasks) {
            err.printf(Locale.ROOT, "[%d/%d] %s/%s …%n", rows.size() + 1, tasks.size(), task.input(), task.work());
            Row row = task.measurement().measure();
            err.printf(Locale.ROOT, "        %s%n", row.cell());
            rows.add(row);
        }
        return Report.here(
                "engine",
                "CPU time of one thread, medians of " + effort.runs()
                        + " or more runs after a warm-up; in brackets the work / the gap buffer",
                rows);
    }

    private List<Task> tasks(Optional<Path> paper) {
        if (paper.isEmpty() && options.wantsInput(Traces.PAPER)) {
            err.println(Traces.PAPER + " is skipped: name the directory that has " + Traces.PAPER
                    + ".json.gz with --traces or " + Traces.VARIABLE);
        }
        List<Task> tasks = new ArrayList<>();
        for (String trace : Traces.sequential(paper)) {
            boolean reference = trace.equals(Traces.PAPER);
            String file = reference ? paper.map(Path::toString).orElse("") : "";
            for (EngineWork work : EngineWork.values()) {
                tasks.add(new Task(trace, work.name(), () -> onTrace(work, trace, file, reference)));
            }
        }
        tasks.add(new Task(Traces.SESSION, "SESSION", this::session));
        for (Hostile shape : Hostile.values()) {
            tasks.add(new Task(HOSTILE, shape.name(), () -> hostile(shape)));
        }
        return tasks;
    }

    private Row onTrace(EngineWork work, String trace, String file, boolean reference) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            figures.add(EngineFork.work(work, trace, file, effort));
        }
        boolean ratio = work.unit == EngineWork.Unit.GAP_BUFFERS;
        List<Double> reached = figures.stream()
                .map(figure -> ratio ? figure.value() / figure.gapBuffer() : figure.value())
                .toList();
        Map<String, Double> details = new LinkedHashMap<>();
        if (ratio) {
            details.put(Row.MILLIS, figures.get(0).value());
            details.put(Row.GAP_BUFFER, figures.get(0).gapBuffer());
        }
        if (work.isTimed()) {
            details.put(Row.COLLECTOR, figures.get(0).collector());
        }
        return row(trace, work.title, reached, work.unit.title, work.target(reference), details);
    }

    private Row session() throws IOException {
        List<Double> reached = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            reached.add(EngineFork.session(effort).value());
        }
        return row(Traces.SESSION, "session, every replica live", reached, "ms", SESSION_MILLIS, Map.of());
    }

    private Row hostile(Hostile shape) throws IOException {
        Effort shorter = Effort.full(Math.max(5, effort.runs() / 4));
        List<Double> reached = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            reached.add(EngineFork.hostile(shape, HOSTILE_SIZE, shorter).value());
        }
        double twice = EngineFork.hostile(shape, 2 * HOSTILE_SIZE, shorter).value();
        return row(HOSTILE, shape.title, reached, "ms", HOSTILE_MILLIS, Map.of(Row.TWICE, twice));
    }

    private Row row(
            String input,
            String work,
            List<Double> reached,
            String unit,
            @Nullable Double target,
            Map<String, Double> details) {
        return new Row(input, work, column, reached, unit, target, details);
    }
}
