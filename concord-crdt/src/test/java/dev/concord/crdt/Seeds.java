package dev.concord.crdt;

/** The one knob of all random tests, {@code -Dconcord.tries}, and the command that replays a failure. */
final class Seeds {
    private Seeds() {}

    /** How often a random test of which a build makes {@code usual} runs is run: in proportion to the tries of properties. */
    static int runs(int usual) {
        long tries = Long.getLong("concord.tries", 1000);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, usual * tries / 1000));
    }

    /** The first seed, or the one that is replayed. */
    static long first() {
        return Long.getLong("concord.seed", 0);
    }

    static boolean isReplay() {
        return !System.getProperty("concord.seed", "").isEmpty();
    }

    static String replay(String test, long seed) {
        return "./mvnw -B -ntp -pl concord-crdt test -Dtest='" + test + "' -Dconcord.tries=1 -Dconcord.seed=" + seed;
    }

    static void printReplay(String test, long seed) {
        System.out.println("Replay this failure: " + replay(test, seed));
    }
}
