package dev.concord.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one run, or several on several JDKs, found.
 *
 * @param bench engine, peers, yjs or micro
 * @param jdks the Java versions that ran
 * @param machine processor and number of cores
 * @param dates the days, ISO 8601
 * @param how what a figure is
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Report(String bench, Set<String> jdks, String machine, Set<String> dates, String how, List<Row> rows) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** A report of this JVM, this machine and today. */
    static Report here(String bench, String how, List<Row> rows) {
        return new Report(
                bench,
                Set.of(jdk()),
                thisMachine(),
                Set.of(LocalDate.now(Clock.systemUTC()).toString()),
                how,
                rows);
    }

    static String jdk() {
        return "JDK " + System.getProperty("java.version");
    }

    boolean met() {
        return rows.stream().allMatch(Row::met);
    }

    /** The figures of both; those of the other report replace those of this one. */
    Report with(Report other) {
        if (!bench.equals(other.bench)) {
            throw new IllegalArgumentException(bench + " and " + other.bench);
        }
        Map<List<String>, Row> all = new LinkedHashMap<>();
        Stream.concat(rows.stream(), other.rows.stream())
                .forEach(row -> all.put(List.of(row.input(), row.work(), row.column()), row));
        return new Report(
                bench,
                union(jdks, other.jdks),
                machine.equals(other.machine) ? machine : machine + "; " + other.machine,
                union(dates, other.dates),
                how.equals(other.how) ? how : how + "; " + other.how,
                List.copyOf(all.values()));
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> both = new LinkedHashSet<>(one);
        both.addAll(other);
        return both;
    }

    /** Markdown: a line for each input and work, a column for each JDK or library. */
    String table() {
        Set<String> columns = new LinkedHashSet<>();
        Map<List<String>, Map<String, Row>> lines = new LinkedHashMap<>();
        for (Row row : rows) {
            columns.add(row.column());
            lines.computeIfAbsent(List.of(row.input(), row.work()), line -> new LinkedHashMap<>())
                    .put(row.column(), row);
        }
        boolean aimed = rows.stream().anyMatch(row -> row.target() != null);
        StringBuilder table = new StringBuilder();
        table.append(String.join(", ", dates)).append(", ").append(machine).append(", ");
        table.append(String.join(" and ", jdks)).append(". ").append(how).append(".\n\n");
        table.append("| input | work |").append(aimed ? " target |" : "");
        columns.forEach(column -> table.append(' ').append(column).append(" |"));
        table.append("\n|---|---|")
                .append(aimed ? "---|" : "")
                .append("---|".repeat(columns.size()))
                .append('\n');
        lines.forEach((line, cells) -> {
            table.append("| ")
                    .append(line.get(0))
                    .append(" | ")
                    .append(line.get(1))
                    .append(" |");
            if (aimed) {
                Double target = cells.values().iterator().next().target();
                table.append(target == null ? "  |" : String.format(Locale.ROOT, " %.1f |", target));
            }
            for (String column : columns) {
                Row row = cells.get(column);
                table.append(' ').append(row == null ? "" : row.cell()).append(" |");
            }
            table.append('\n');
        });
        return table.toString();
    }

    String json() {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Report parse(String json) throws IOException {
        Report report = MAPPER.readValue(json, Report.class);
        if (report == null || report.bench() == null || report.rows() == null || report.jdks() == null) {
            throw new IOException("it has no figures of a benchmark");
        }
        return report;
    }

    private static String thisMachine() {
        String processor = System.getProperty("os.arch");
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("/proc/cpuinfo")));
            processor = lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(processor);
        } catch (IOException e) {
            // No Linux: the architecture has to do.
        }
        return Runtime.getRuntime().availableProcessors() + " x " + processor;
    }
}
