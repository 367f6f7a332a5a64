package dev.concord.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One figure.
 *
 * @param input the trace or kind of input
 * @param work what was done with it
 * @param column whose figure it is: a JDK, or a library
 * @param reached a value for each round
 * @param unit what the value counts
 * @param target the most that it may be; null when there is no target
 * @param details further figures by name; those known to {@link #cell} are shown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Row(
        String input,
        String work,
        String column,
        List<Double> reached,
        String unit,
        @Nullable Double target,
        Map<String, Double> details) {

    /** CPU time of a ratio. */
    static final String MILLIS = "ms";
    /** CPU time of the gap buffer on the same history in the same JVM. */
    static final String GAP_BUFFER = "gapBufferMs";
    /** Collection time a run, which CPU time does not hold. */
    static final String COLLECTOR = "collectorMs";
    /** The same for twice the size. */
    static final String TWICE = "twiceMs";
    /** Half the 99.9 % confidence interval. */
    static final String ERROR = "error";

    /** True without a target. A value that is not a number misses. */
    @JsonProperty
    boolean met() {
        return target == null || reached.stream().allMatch(value -> value <= target);
    }

    String cell() {
        StringBuilder cell = new StringBuilder();
        cell.append(reached.stream().map(Row::number).collect(Collectors.joining(" / ")))
                .append(' ')
                .append(unit);
        Double error = details.get(ERROR);
        if (error != null) {
            cell.append(" ± ").append(number(error));
        }
        Double millis = details.get(MILLIS);
        Double gapBuffer = details.get(GAP_BUFFER);
        if (millis != null && gapBuffer != null) {
            cell.append(" (")
                    .append(number(millis))
                    .append(" / ")
                    .append(number(gapBuffer))
                    .append(" ms)");
        }
        Double twice = details.get(TWICE);
        if (twice != null) {
            cell.append(", 2n: ").append(number(twice)).append(" ms");
        }
        return met() ? cell.toString() : "**" + cell + ", missed**";
    }

    static String number(double value) {
        return String.format(
                Locale.ROOT, value >= 1000 ? "%,.0f" : value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
