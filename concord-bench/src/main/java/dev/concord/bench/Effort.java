package dev.concord.bench;

/**
 * How long a work is measured.
 *
 * @param runs at least so many measured runs, and as many before them to warm up
 * @param warmUpMillis at least so much CPU time to warm up
 * @param measuringMillis at least so much CPU time measured
 */
public record Effort(int runs, double warmUpMillis, double measuringMillis) {
    /** Long enough for the JIT to settle on the largest history. */
    static Effort full(int runs) {
        return new Effort(runs, 3000, 1500);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text three numbers
     * @return the effort
     */
    public static Effort parse(String text) {
        String[] parts = text.split(",", -1);
        return new Effort(Integer.parseInt(parts[0]), Double.parseDouble(parts[1]), Double.parseDouble(parts[2]));
    }

    @Override
    public String toString() {
        return runs + "," + warmUpMillis + "," + measuringMillis;
    }
}
