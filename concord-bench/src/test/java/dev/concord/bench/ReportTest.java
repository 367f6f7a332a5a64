package dev.concord.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Row row(String work, String column, Double target, Double... reached) {
        return new Row("history", work, column, List.of(reached), "x", target, Map.of());
    }

    private static Report report(String jdk, Row... rows) {
        return new Report("engine", Set.of(jdk), "a machine", Set.of("2026-11-25"), "how", List.of(rows));
    }

    @Test
    void aTargetIsMetUpToItselfAndByEveryRound() {
        assertTrue(row("w", "c", 4.5, 4.5).met());
        assertFalse(row("w", "c", 4.5, 4.51).met());
        assertTrue(row("w", "c", 4.5, 4.4, 4.5, 4.3).met());
        assertFalse(row("w", "c", 4.5, 4.4, 4.6, 4.3).met());
        assertTrue(row("w", "c", null, 1e9).met());
    }

    @Test
    void whatIsNoNumberMisses() {
        assertFalse(row("w", "c", 4.5, Double.NaN).met());
        assertFalse(row("w", "c", 4.5, 1 / 0.0).met());
    }

    @Test
    void oneMissedTargetMissesTheWhole() {
        assertTrue(report("JDK 17", row("a", "c", 2.0, 1.0), row("b", "c", null, 9.0))
                .met());
        assertFalse(report("JDK 17", row("a", "c", 2.0, 1.0), row("b", "c", 2.0, 9.0))
                .met());
    }

    @Test
    void jsonComesBackAsItWas() throws IOException {
        Map<String, Double> details = new LinkedHashMap<>(Map.of(Row.TWICE, 7.5));
        Report report = report(
                "JDK 17",
                new Row("hostile", "nested", "JDK 17", List.of(3.25, 3.5), "ms", 150.0, details),
                row("b", "JDK 17", null, 9.0));

        assertEquals(report, Report.parse(report.json()));
        assertTrue(report.json().contains("\"met\" : true"), "programs read whether it was met");
    }

    @Test
    void twoJdksStandSideBySide() {
        Report both = report("JDK 17", row("a", "JDK 17", 2.0, 1.0), row("b", "JDK 17", null, 5.0))
                .with(report("JDK 25", row("a", "JDK 25", 2.0, 3.0)));

        assertEquals(new LinkedHashSet<>(List.of("JDK 17", "JDK 25")), both.jdks());
        assertTrue(both.table().contains("| input | work | target | JDK 17 | JDK 25 |"), both.table());
        assertTrue(both.table().contains("| history | a | 2.0 | 1.00 x | **3.00 x, missed** |"), both.table());
        assertTrue(both.table().contains("| history | b |  | 5.00 x |  |"), both.table());
    }

    @Test
    void aLaterFigureReplacesAnEarlierOne() {
        Report later =
                report("JDK 17", row("a", "JDK 17", 2.0, 9.0)).with(report("JDK 17", row("a", "JDK 17", 2.0, 1.5)));

        assertEquals(List.of(row("a", "JDK 17", 2.0, 1.5)), later.rows());
    }

    @Test
    void timesAtNAndTwiceNAreShown() {
        Row row = new Row("hostile", "nested", "c", List.of(3.25), "ms", 150.0, Map.of(Row.TWICE, 7.5));

        assertEquals("3.25 ms, 2n: 7.50 ms", row.cell());
    }

    @Test
    void aPageKeepsAllButItsTable() {
        String page = "before\n<!-- bench:engine -->\nold\n<!-- /bench:engine -->\nafter\n";

        String replaced = Page.replaced(page, report("JDK 17", row("a", "JDK 17", 2.0, 1.0)));

        assertTrue(replaced.startsWith("before\n<!-- bench:engine -->\n2026-11-25, a machine, JDK 17."), replaced);
        assertTrue(replaced.endsWith("|\n<!-- /bench:engine -->\nafter\n"), replaced);
        assertFalse(replaced.contains("old"));
        assertThrows(BadUsageException.class, () -> Page.replaced("no place", report("JDK 17")));
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwo() {
        assertEquals(2.0, Stopwatch.median(List.of(new double[] {9}, new double[] {1}, new double[] {2}), 0));
        assertEquals(1.5, Stopwatch.median(List.of(new double[] {2}, new double[] {1}), 0));
    }
}
