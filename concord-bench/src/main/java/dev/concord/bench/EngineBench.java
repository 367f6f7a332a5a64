package dev.concord.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Measures the engine: {@code ./concord bench engine}. Each figure comes from a JVM of its own, see {@link EngineFork}. Exits with 1
 * when a target is missed.
 */
public final class EngineBench {
    private static final List<String> OWN = List.of("sveltecomponent", "rustcode", "seph-blog1");
    private static final String PAPER = "automerge-paper";
    /** Looked for where a checkout commonly has the traces, when no directory is named. */
    private static final List<Path> COMMON_PLACES =
            List.of(Path.of("traces"), Path.of("../traces"), Path.of("../shared/traces"));

    private static final int HOSTILE = 100_000;
    private static final double HOSTILE_MILLIS = 150;
    private static final double SESSION_MILLIS = 12;

    private record Row(
            String input, String work, double reached, String unit, double target, double millis, double gapBuffer) {
        boolean met() {
            return reached <= target;
        }

        boolean aimed() {
            return target < Double.POSITIVE_INFINITY;
        }
    }

    private final int runs;
    private final List<Row> rows = new ArrayList<>();

    private EngineBench(int runs) {
        this.runs = runs;
    }

    /**
     * Runs the benchmark.
     *
     * @param args {@code [engine] [--json] [--runs N] [--traces DIR]}
     * @throws IOException when a trace cannot be read
     */
    public static void main(String[] args) throws IOException {
        boolean json = false;
        int runs = 20;
        Path directory = null;
        for (int i = 0; i < args.length; i++) {
            boolean more = i + 1 < args.length;
            switch (args[i]) {
                case "engine" -> {}
                case "--json" -> json = true;
                case "--runs" -> runs = more ? Integer.parseInt(args[++i]) : runs;
                case "--traces" -> directory = more ? Path.of(args[++i]) : null;
                default -> {
                    System.err.println("usage: ./concord bench engine [--json] [--runs N] [--traces DIRECTORY]");
                    System.exit(2);
                }
            }
        }
        EngineBench bench = new EngineBench(runs);
        bench.run(directory);
        boolean met = bench.rows.stream().allMatch(Row::met);
        System.out.print(json ? bench.json() : bench.table());
        System.exit(met ? 0 : 1);
    }

    private void run(@Nullable Path named) throws IOException {
        Path directory = named == null ? found() : named;
        if (directory != null && has(directory)) {
            measure(PAPER, directory, true);
        } else {
            System.err.println(PAPER + " is skipped: name the directory that has " + PAPER + ".json.gz with --traces");
        }
        for (String name : OWN) {
            measure(name, null, false);
        }
        progress("friendsforever");
        EngineFork.Figure session = EngineFork.session(runs);
        rows.add(new Row(
                "friendsforever",
                "session, every replica live",
                session.value(),
                "ms",
                SESSION_MILLIS,
                session.value(),
                0));
        for (Hostile shape : Hostile.values()) {
            progress(shape.title);
            int tries = Math.max(5, runs / 4);
            double once = EngineFork.hostile(shape, HOSTILE, tries).value();
            double twice = EngineFork.hostile(shape, 2 * HOSTILE, tries).value();
            String work = String.format(Locale.ROOT, "%s (2n: %.0f ms)", shape.title, twice);
            rows.add(new Row("hostile", work, once, "ms", HOSTILE_MILLIS, once, 0));
        }
    }

    private void measure(String trace, @Nullable Path directory, boolean reference) throws IOException {
        for (EngineWork work : EngineWork.values()) {
            progress(trace + ", " + work.title);
            EngineFork.Figure figure = EngineFork.work(work, trace, directory, runs);
            double reached =
                    work.unit == EngineWork.Unit.GAP_BUFFERS ? figure.value() / figure.gapBuffer() : figure.value();
            rows.add(new Row(
                    trace,
                    work.title,
                    reached,
                    work.unit.title,
                    work.target(reference),
                    work.isTimed() ? figure.value() : 0,
                    figure.gapBuffer()));
        }
    }

    private static @Nullable Path found() {
        return COMMON_PLACES.stream().filter(EngineBench::has).findFirst().orElse(null);
    }

    private static boolean has(Path directory) {
        return Files.isReadable(directory.resolve(PAPER + ".json.gz"));
    }

    private static void progress(String what) {
        System.err.println("measuring " + what + " …");
    }

    private String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "JDK %s, %s, %d processors, CPU ms, medians of %d runs or more after a warm-up%n%n"
                        + "| input | work | reached | target | | ms | gap buffer ms |%n|---|---|---|---|---|---|---|%n",
                System.getProperty("java.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                runs));
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f %s | %s | %s | %s | %s |%n",
                    row.input(),
                    row.work(),
                    row.reached(),
                    row.unit(),
                    row.aimed() ? String.format(Locale.ROOT, "%.1f", row.target()) : "",
                    row.aimed() ? row.met() ? "met" : "MISSED" : "",
                    cell(row.millis()),
                    cell(row.gapBuffer())));
        }
        return table.toString();
    }

    private static String cell(double millis) {
        return millis == 0 ? "" : String.format(Locale.ROOT, "%.2f", millis);
    }

    private String json() {
        JsonMapper mapper = new JsonMapper();
        ArrayNode all = mapper.createArrayNode();
        for (Row row : rows) {
            var node = all.addObject()
                    .put("input", row.input())
                    .put("work", row.work())
                    .put("reached", row.reached())
                    .put("unit", row.unit());
            if (row.aimed()) {
                node.put("target", row.target()).put("met", row.met());
            }
            if (row.millis() > 0) {
                node.put("ms", row.millis());
            }
            if (row.gapBuffer() > 0) {
                node.put("gapBufferMs", row.gapBuffer());
            }
        }
        return all.toPrettyString() + "\n";
    }
}
