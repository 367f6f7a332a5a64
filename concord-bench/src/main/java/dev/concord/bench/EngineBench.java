package dev.concord.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.concord.crdt.Document;
import dev.concord.crdt.OperationReader;
import dev.concord.crdt.OperationSink;
import dev.concord.crdt.OperationWriter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Measures the engine: {@code ./concord bench engine}. CPU milliseconds of the measuring thread, medians after a warm-up, next to
 * those of a plain gap buffer in the same run. Exits with 1 when a target is missed.
 */
public final class EngineBench {
    private static final List<String> OWN = List.of("sveltecomponent", "rustcode", "seph-blog1");
    private static final String PAPER = "automerge-paper";
    private static final int HOSTILE = 100_000;
    private static final int HEAP_COPIES = 20;

    private record Row(String trace, String work, double reached, String unit, double target) {
        boolean met() {
            return reached <= target;
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
        int runs = 60;
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

    static void check(String name, String expected, String text) {
        if (!expected.equals(text)) {
            throw new IllegalStateException(name + " does not end with its recorded text");
        }
    }

    private void run(@Nullable Path directory) throws IOException {
        Path paper = directory == null ? null : directory.resolve(PAPER + ".json.gz");
        if (paper != null && Files.isReadable(paper)) {
            try (InputStream in = Files.newInputStream(paper)) {
                measure(Trace.read(PAPER, in), true);
            }
        } else {
            System.err.println(PAPER + " is skipped: name its directory with --traces");
        }
        for (String name : OWN) {
            try (InputStream in = resource(name)) {
                measure(Trace.read(name, in), false);
            }
        }
        progress("friendsforever");
        try (InputStream in = resource("friendsforever")) {
            Session session = Session.read(in);
            rows.add(new Row("friendsforever", "session, every replica live", median(session::play), "ms", 12));
        }
        for (Hostile shape : Hostile.values()) {
            progress(shape.title);
            double once = median(shape.prepare(HOSTILE), Math.max(8, runs / 3));
            double twice = median(shape.prepare(2 * HOSTILE), Math.max(8, runs / 3));
            rows.add(new Row(
                    "hostile", shape.title + String.format(Locale.ROOT, " (2n: %.0f ms)", twice), once, "ms", 150));
        }
    }

    private void measure(Trace trace, boolean reference) {
        progress(trace.name());
        String name = trace.name();
        double[] gap = new double[runs];
        double[] local = new double[runs];
        double[] encoded = new double[runs];
        double[] merge = new double[runs];
        double[] load = new double[runs];
        byte[] ops = {};
        byte[] state = {};
        for (int run = 0; run < runs; run++) {
            double start = cpuMillis();
            GapBuffer buffer = new GapBuffer();
            for (int i = 0; i < trace.edits(); i++) {
                if (trace.deleted()[i] > 0) {
                    buffer.delete(trace.offsets()[i], trace.deleted()[i]);
                }
                if (!trace.inserted()[i].isEmpty()) {
                    buffer.insert(trace.offsets()[i], trace.inserted()[i]);
                }
            }
            gap[run] = cpuMillis() - start;
            check(name, trace.end(), buffer.toString());

            start = cpuMillis();
            Document typed = new Document("a");
            replay(trace, typed, OperationSink.NONE);
            local[run] = cpuMillis() - start;
            check(name, trace.end(), typed.text());

            start = cpuMillis();
            OperationWriter writer = new OperationWriter();
            replay(trace, new Document("a"), writer);
            ops = writer.toBytes();
            encoded[run] = cpuMillis() - start;

            start = cpuMillis();
            Document merged = new Document("b");
            OperationReader reader = new OperationReader(ops);
            while (reader.hasNext()) {
                merged.apply(reader);
            }
            merge[run] = cpuMillis() - start;
            check(name, trace.end(), merged.text());

            state = merged.encode();
            start = cpuMillis();
            String text = Document.load("c", state).text();
            load[run] = cpuMillis() - start;
            check(name, trace.end(), text);
        }
        double base = median(gap);
        rows.add(new Row(name, "gap buffer, the measure", base, "ms", Double.POSITIVE_INFINITY));
        rows.add(new Row(name, "local replay", median(local) / base, "x gap buffer", 4.5));
        // 20 ms beside a gap buffer of 1.9 ms, where the targets were set.
        rows.add(new Row(name, "local replay, ops encoded", median(encoded) / base, "x gap buffer", 20 / 1.9));
        rows.add(new Row(
                name,
                "encoded ops",
                ops.length / (double) trace.edits(),
                "bytes an edit",
                reference ? 10 : Double.POSITIVE_INFINITY));
        rows.add(new Row(name, "merging them one by one", median(merge) / base, "x gap buffer", 9));
        rows.add(new Row(name, "whole state", state.length / 1000.0, "KB", reference ? 55 : Double.POSITIVE_INFINITY));
        rows.add(new Row(name, "load and text", median(load), "ms", reference ? 2.5 : Double.POSITIVE_INFINITY));
        rows.add(new Row(
                name,
                "heap of the loaded document",
                heapKilobytes(state),
                "KB",
                reference ? 1000 : Double.POSITIVE_INFINITY));
    }

    private static void replay(Trace trace, Document document, OperationSink sink) {
        for (int i = 0; i < trace.edits(); i++) {
            if (trace.deleted()[i] > 0) {
                document.delete(trace.offsets()[i], trace.deleted()[i], sink);
            }
            if (!trace.inserted()[i].isEmpty()) {
                document.insert(trace.offsets()[i], trace.inserted()[i], sink);
            }
        }
    }

    private static double heapKilobytes(byte[] state) {
        Document[] kept = new Document[HEAP_COPIES];
        long before = usedHeap();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = Document.load("h", state);
        }
        double each = (usedHeap() - before) / 1000.0 / kept.length;
        if (kept[0].length() != kept[kept.length - 1].length()) {
            throw new IllegalStateException("copies of one state differ");
        }
        return each;
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private double median(Runnable work) {
        return median(work, runs);
    }

    private static double median(Runnable work, int times) {
        double[] millis = new double[times];
        for (int run = 0; run < times; run++) {
            double start = cpuMillis();
            work.run();
            millis[run] = cpuMillis() - start;
        }
        return median(millis);
    }

    /** The median of the second half: the first is warm-up. */
    private static double median(double[] millis) {
        double[] warm = Arrays.copyOfRange(millis, millis.length / 2, millis.length);
        Arrays.sort(warm);
        return warm[warm.length / 2];
    }

    private static double cpuMillis() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e6;
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = EngineBench.class.getResourceAsStream("/traces/" + name + ".json.gz");
        if (in == null) {
            throw new IOException("the trace " + name + " is missing from the jar");
        }
        return in;
    }

    private static void progress(String what) {
        System.err.println("measuring " + what + " …");
    }

    private String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "JDK %s, %s, %d processors, %d runs each%n%n| input | work | reached | target | |%n|---|---|---|---|---|%n",
                System.getProperty("java.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                runs));
        for (Row row : rows) {
            boolean aimed = row.target() < Double.POSITIVE_INFINITY;
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f %s | %s | %s |%n",
                    row.trace(),
                    row.work(),
                    row.reached(),
                    row.unit(),
                    aimed ? String.format(Locale.ROOT, "%.1f", row.target()) : "",
                    aimed ? row.met() ? "met" : "MISSED" : ""));
        }
        return table.toString();
    }

    private String json() {
        JsonMapper mapper = new JsonMapper();
        ArrayNode all = mapper.createArrayNode();
        for (Row row : rows) {
            var node = all.addObject()
                    .put("input", row.trace())
                    .put("work", row.work())
                    .put("reached", row.reached())
                    .put("unit", row.unit());
            if (row.target() < Double.POSITIVE_INFINITY) {
                node.put("target", row.target()).put("met", row.met());
            }
        }
        return all.toPrettyString() + "\n";
    }
}
