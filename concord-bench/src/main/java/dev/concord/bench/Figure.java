package dev.concord.bench;

import java.io.IOException;

/**
 * What a measuring process reports, in one line.
 *
 * @param value CPU milliseconds of the measuring thread, or a size
 * @param gapBuffer CPU milliseconds of the gap buffer on the same history; 0 where there is none
 * @param collector collection time a run, in milliseconds; not part of the value
 */
public record Figure(double value, double gapBuffer, double collector) {
    /**
     * A figure that is no time.
     *
     * @param value how large
     * @return the figure
     */
    public static Figure size(double value) {
        return new Figure(value, 0, 0);
    }

    static Figure parse(String line) throws IOException {
        String[] parts = line.split(" ", -1);
        try {
            return new Figure(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("a measurement printed something else: " + line, e);
        }
    }

    @Override
    public String toString() {
        return value + " " + gapBuffer + " " + collector;
    }
}
