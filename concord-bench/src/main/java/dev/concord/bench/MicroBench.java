package dev.concord.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of {@code dev.concord.bench.micro}. */
final class MicroBench {
    private static final String PACKAGE = "dev\\.concord\\.bench\\.micro\\.";

    private MicroBench() {}

    static Report run(Options options, PrintStream err) throws IOException {
        boolean longer = options.has("--long");
        ChainedOptionsBuilder jmh = new OptionsBuilder()
                .shouldFailOnError(true)
                .forks(longer ? 3 : 1)
                .warmupIterations(longer ? 5 : 2)
                .measurementIterations(longer ? 10 : 4)
                .warmupTime(TimeValue.milliseconds(longer ? 1000 : 300))
                .measurementTime(TimeValue.milliseconds(longer ? 1000 : 300));
        if (options.only().isEmpty()) {
            jmh.include(PACKAGE);
        }
        options.only().forEach(name -> jmh.include(PACKAGE + ".*" + Pattern.quote(name)));
        try {
            Runner runner = new Runner(jmh.build(), OutputFormatFactory.createFormatInstance(err, VerboseMode.NORMAL));
            List<Row> rows = new ArrayList<>();
            for (RunResult result : runner.run()) {
                rows.add(row(result));
            }
            return Report.here(
                    "micro", "JMH, wall time a call, " + (longer ? "3 forks of 10 s" : "1 fork of 1.2 s"), rows);
        } catch (RunnerException e) {
            throw new IOException("JMH: " + e.getMessage(), e);
        }
    }

    private static Row row(RunResult result) {
        BenchmarkParams params = result.getParams();
        String name = params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
        String input =
                params.getParamsKeys().stream().map(params::getParam).collect(Collectors.joining(", ", "", " edits"));
        Result<?> primary = result.getPrimaryResult();
        Map<String, Double> details = new LinkedHashMap<>();
        if (!Double.isNaN(primary.getScoreError())) {
            details.put(Row.ERROR, primary.getScoreError());
        }
        return new Row(input, name, Report.jdk(), List.of(primary.getScore()), primary.getScoreUnit(), null, details);
    }
}
