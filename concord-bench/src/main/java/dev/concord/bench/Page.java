package dev.concord.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the tables of a page from what {@code --json} printed, so that no figure is copied by hand. */
final class Page {
    private Page() {}

    /** Returns the tables, or says that they were put into the page that the options name. */
    static String make(Options options) throws IOException {
        if (options.files().isEmpty()) {
            throw new BadUsageException("page needs files that --json printed");
        }
        Map<String, Report> reports = new LinkedHashMap<>();
        for (String file : options.files()) {
            Report report = read(Path.of(file));
            reports.merge(report.bench(), report, Report::with);
        }
        String into = options.value("--into");
        if (into == null) {
            StringBuilder tables = new StringBuilder();
            reports.values().forEach(report -> tables.append(report.table()).append('\n'));
            return tables.toString();
        }
        String page = text(Path.of(into));
        for (Report report : reports.values()) {
            page = replaced(page, report);
        }
        Files.writeString(Path.of(into), page);
        return "replaced in " + into + ": " + String.join(", ", reports.keySet()) + "\n";
    }

    private static Report read(Path file) throws IOException {
        String json = text(file);
        try {
            return Report.parse(json);
        } catch (IOException e) {
            throw new BadUsageException(file + " is not what --json prints: " + e.getMessage());
        }
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new BadUsageException("there is no file " + file);
        }
    }

    static String replaced(String page, Report report) {
        String begin = "<!-- bench:" + report.bench() + " -->";
        String end = "<!-- /bench:" + report.bench() + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end, Math.max(from, 0));
        if (from < 0 || to < 0) {
            throw new BadUsageException(
                    "the page has no place for it: put a line " + begin + " and, below, a line " + end);
        }
        return page.substring(0, from) + begin + "\n" + report.table() + page.substring(to);
    }
}
