package dev.concord.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures documents compatible with Yjs beside Yjs in node and yrs, on the same updates, in one run. Who is not here is skipped, with a line
 * that says so.
 */
final class YjsBench {
    private static final String HOSTILE = "hostile";
    private static final String OWN = "concord-yjs";
    /** The most that the work may take, in what yrs takes for it. */
    private static final Map<YjsWork, Double> OF_YRS = Map.of(
            YjsWork.ONE_BY_ONE, 0.5,
            YjsWork.LOAD, 1.0,
            YjsWork.ENCODE, 1.0,
            YjsWork.TEXT, 1.0);

    /** The same in what Yjs takes for it. */
    private static final Map<YjsWork, Double> OF_YJS = Map.of(YjsWork.ONE_BY_ONE, 0.1, YjsWork.HEAP, 0.5);

    private final Options options;
    private final PrintStream err;
    private final Effort effort;

    YjsBench(Options options, PrintStream err) {
        this.options = options;
        this.err = err;
        this.effort = Effort.full(options.count("--runs", 20));
    }

    Report run() throws IOException {
        Optional<Path> paper = Traces.paper(options, System.getenv());
        if (paper.isEmpty() && options.wantsInput(Traces.PAPER)) {
            err.println(Traces.PAPER + " is skipped: name its directory with --traces or " + Traces.VARIABLE);
        }
        List<YjsPeer> peers = new ArrayList<>();
        YjsPeer.yrs(err).ifPresent(peers::add);
        YjsPeer.node(err).ifPresent(peers::add);
        List<Row> rows = new ArrayList<>();
        for (String trace : Traces.sequential(paper)) {
            List<YjsWork> works = new ArrayList<>();
            for (YjsWork work : YjsWork.values()) {
                if (options.wants(trace, work.name())) {
                    works.add(work);
                }
            }
            if (!works.isEmpty()) {
                measure(
                        trace,
                        trace.equals(Traces.PAPER) ? paper.map(Path::toString).orElse("") : "",
                        works,
                        peers,
                        rows);
            }
        }
        for (YjsHostile shape : YjsHostile.values()) {
            if (options.wants(HOSTILE, shape.name())) {
                hostile(shape, rows);
            }
        }
        return Report.here("yjs", "CPU time, medians after a warm-up; yrs: elapsed time of one thread", rows);
    }

    private void measure(String trace, String file, List<YjsWork> works, List<YjsPeer> peers, List<Row> rows)
            throws IOException {
        Path updates = Files.createTempFile("concord-" + trace, ".updates");
        try {
            err.printf(Locale.ROOT, "%s: %,d updates%n", trace, YjsFork.write(Traces.read(trace, file), updates));
            for (YjsWork work : works) {
                Double target = null;
                List<Row> others = new ArrayList<>();
                for (YjsPeer peer : peers) {
                    Optional<Double> value = peer.measure(work, updates);
                    if (value.isPresent()) {
                        others.add(row(trace, work, peer.title(), value.get(), null));
                        Double part = (peer.isYrs() ? OF_YRS : OF_YJS).get(work);
                        if (part != null && (target == null || part * value.get() < target)) {
                            target = part * value.get();
                        }
                    }
                }
                add(row(trace, work, OWN, YjsFork.work(work, updates, effort).value(), target), rows);
                others.forEach(other -> add(other, rows));
            }
        } finally {
            Files.delete(updates);
        }
    }

    private static Row row(String trace, YjsWork work, String column, double value, @Nullable Double target) {
        return new Row(trace, work.title, column, List.of(value), work.unit, target, Map.of());
    }

    private void hostile(YjsHostile shape, List<Row> rows) throws IOException {
        Effort shorter = new Effort(5, 1000, 500);
        double once = YjsFork.hostile(shape, shape.size, shorter).value();
        double twice = YjsFork.hostile(shape, 2 * shape.size, shorter).value();
        add(new Row(HOSTILE, shape.title, OWN, List.of(once), "ms", 100.0, Map.of(Row.TWICE, twice)), rows);
    }

    private void add(Row row, List<Row> rows) {
        rows.add(row);
        err.printf(Locale.ROOT, "%s, %s: %s %s%n", row.input(), row.work(), row.column(), row.cell());
    }
}
