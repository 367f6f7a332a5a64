package dev.concord.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Measures the engine on histories and hostile input. Each figure comes from a JVM of its own, see {@link EngineFork}. */
final class EngineBench {
    private static final String HOSTILE = "hostile";
    private static final String COMPARED = "now / before";
    private static final int HOSTILE_SIZE = 100_000;
    private static final double HOSTILE_MILLIS = 150;
    private static final double SESSION_MILLIS = 12;

    /** A measurement to be made: its name for --only, and how. */
    private record Task(String input, String work, Measurement measurement) {}

    private interface Measurement {
        List<Row> measure() throws IOException;
    }

    /** Measures once, with the engine of a class path. */
    private interface Trial {
        Figure measure(String classPath) throws IOException;
    }

    private final Options options;
    private final PrintStream err;
    private final Effort effort;
    private final int rounds;
    /** By column: the class path whose engine is measured. */
    private final Map<String, String> engines = new LinkedHashMap<>();

    EngineBench(Options options, PrintStream err) {
        this.options = options;
        this.err = err;
        this.effort = Effort.full(options.count("--runs", 20));
        this.rounds = options.count("--rounds", 1);
        String other = options.value("--against");
        if (other != null) {
            if (!Files.isRegularFile(Path.of(other))) {
                throw new BadUsageException(
                        "--against is " + other + ", which is not a jar: name the concord-bench.jar of another build");
            }
            engines.put("against " + other, other);
        }
        engines.put(Report.jdk(), EngineFork.OWN);
    }

    Report run() throws IOException {
        List<Task> tasks = tasks(Traces.paper(options, System.getenv())).stream()
                .filter(task -> options.wants(task.input(), task.work()))
                .toList();
        List<Row> rows = new ArrayList<>();
        int done = 0;
        for (Task task : tasks) {
            err.printf(Locale.ROOT, "[%d/%d] %s/%s …%n", done + 1, tasks.size(), task.input(), task.work());
            for (Row row : task.measurement().measure()) {
                err.printf(Locale.ROOT, "        %s: %s%n", row.column(), row.cell());
                rows.add(row);
            }
            done++;
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

    private List<Row> onTrace(EngineWork work, String trace, String file, boolean reference) throws IOException {
        boolean ratio = work.unit == EngineWork.Unit.GAP_BUFFERS;
        Map<String, List<Figure>> figures =
                alternate(classPath -> EngineFork.work(classPath, work, trace, file, effort));
        List<Row> rows = new ArrayList<>();
        figures.forEach((column, measured) -> {
            Map<String, Double> details = new LinkedHashMap<>();
            if (ratio) {
                details.put(Row.MILLIS, measured.get(0).value());
                details.put(Row.GAP_BUFFER, measured.get(0).gapBuffer());
            }
            if (work.isTimed()) {
                details.put(Row.COLLECTOR, measured.get(0).collector());
            }
            List<Double> reached = measured.stream()
                    .map(figure -> ratio ? figure.value() / figure.gapBuffer() : figure.value())
                    .toList();
            rows.add(new Row(trace, work.title, column, reached, work.unit.title, work.target(reference), details));
        });
        return compared(rows);
    }

    private List<Row> session() throws IOException {
        List<Row> rows = new ArrayList<>();
        alternate(classPath -> EngineFork.session(classPath, effort))
                .forEach((column, measured) -> rows.add(new Row(
                        Traces.SESSION,
                        "session, every replica live",
                        column,
                        measured.stream().map(Figure::value).toList(),
                        "ms",
                        SESSION_MILLIS,
                        Map.of())));
        return compared(rows);
    }

    private List<Row> hostile(Hostile shape) throws IOException {
        Effort shorter = Effort.full(Math.max(5, effort.runs() / 4));
        Map<String, List<Figure>> figures =
                alternate(classPath -> EngineFork.hostile(classPath, shape, HOSTILE_SIZE, shorter));
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<String, String> engine : engines.entrySet()) {
            double twice = EngineFork.hostile(engine.getValue(), shape, 2 * HOSTILE_SIZE, shorter)
                    .value();
            List<Double> reached = figures.getOrDefault(engine.getKey(), List.of()).stream()
                    .map(Figure::value)
                    .toList();
            rows.add(new Row(
                    HOSTILE, shape.title, engine.getKey(), reached, "ms", HOSTILE_MILLIS, Map.of(Row.TWICE, twice)));
        }
        return compared(rows);
    }

    /** Measures every engine in every round, in turns: what slows the machine down for a while slows all of them. */
    private Map<String, List<Figure>> alternate(Trial trial) throws IOException {
        Map<String, List<Figure>> figures = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, String> engine : engines.entrySet()) {
                figures.computeIfAbsent(engine.getKey(), column -> new ArrayList<>())
                        .add(trial.measure(engine.getValue()));
            }
        }
        return figures;
    }

    /** The rows of a work, and where there are two a third one: this engine's figures divided by the other's, lowest of the rounds by lowest. */
    private static List<Row> compared(List<Row> rows) {
        if (rows.size() < 2) {
            return rows;
        }
        Row before = rows.get(0);
        Row now = rows.get(1);
        double lowest = Collections.min(now.reached()) / Collections.min(before.reached());
        return List.of(before, now, new Row(now.input(), now.work(), COMPARED, List.of(lowest), "x", null, Map.of()));
    }
}
