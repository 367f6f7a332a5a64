package dev.concord.yjs;

/** The one knob of all random tests, {@code -Dconcord.tries}, and the command that replays a failure. */
public final class Seeds {
    private Seeds() {}

    /** How often a random test of which a build makes {@code usual} runs is run. */
    public static int runs(int usual) {
        long tries = Long.getLong("concord.tries", 1000);
        return isReplay() ? 1 : (int) Math.min(Integer.MAX_VALUE, Math.max(1, usual * tries / 1000));
    }

    /** The first seed, or the one that is replayed. */
    public static long first() {
        return Long.getLong("concord.seed", 0);
    }

    public static boolean isReplay() {
        return !System.getProperty("concord.seed", "").isEmpty();
    }

    public static String replay(String test, long seed) {
        return "./mvnw -B -ntp -pl concord-yjs -am test -Dtest='" + test + "' -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dconcord.tries=1 -Dconcord.seed=" + seed;
    }

    /** Runs one seed; when it fails, says how to run it again. */
    public static void run(String test, long seed, Trial trial) {
        try {
            trial.run(seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e + "\nReplay this failure: " + replay(test, seed), e);
        }
    }

    /** What is run with a seed. */
    public interface Trial {
        void run(long seed) throws Exception;
    }
}
