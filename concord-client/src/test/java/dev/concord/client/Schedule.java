package dev.concord.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What happens to the windows of one editor and to their server, made from a seed: the schedules of {@code schedule.js}, which the browser client
 * runs, step by step the same.
 *
 * @param seed of what chance decides while it runs, too
 * @param steps each a line {@code verb who number}: who chooses among those who are there, number a place, a duration or the like
 */
record Schedule(long seed, List<String> steps) {
    private static final List<Map.Entry<String, Integer>> VERBS = List.of(
            Map.entry("type", 30),
            Map.entry("delete", 5),
            Map.entry("undo", 2),
            Map.entry("redo", 1),
            Map.entry("compose", 8),
            Map.entry("composed", 3),
            Map.entry("open", 4),
            Map.entry("duplicate", 2),
            Map.entry("close", 3),
            Map.entry("crash", 4),
            Map.entry("hide", 3),
            Map.entry("show", 4),
            Map.entry("freeze", 2),
            Map.entry("resume", 3),
            Map.entry("leave", 2),
            Map.entry("back", 3),
            Map.entry("sleep", 1),
            Map.entry("clock", 1),
            Map.entry("cut", 3),
            Map.entry("down", 2),
            Map.entry("silent", 2),
            Map.entry("up", 5),
            Map.entry("offline", 2),
            Map.entry("online", 4),
            Map.entry("wait", 12),
            Map.entry("server-crash", 2),
            Map.entry("server-start", 5),
            Map.entry("server-holds", 2),
            Map.entry("server-commits", 3),
            Map.entry("server-refuses", 2),
            Map.entry("server-accepts", 3),
            Map.entry("server-restarts", 1),
            Map.entry("server-deletes", 1),
            Map.entry("server-forgets", 1),
            Map.entry("put-back", 2),
            Map.entry("discard", 1),
            Map.entry("store-hangs", 1),
            Map.entry("store-fails", 1),
            Map.entry("store-full", 2),
            Map.entry("store-works", 6));
    private static final int TOTAL =
            VERBS.stream().mapToInt(Map.Entry::getValue).sum();
    /** What a person does, and cures; everything else is a fault. */
    private static final Set<String> HARMLESS = Set.of(
            "type",
            "delete",
            "undo",
            "redo",
            "compose",
            "composed",
            "open",
            "show",
            "resume",
            "back",
            "put-back",
            "up",
            "online",
            "wait",
            "server-start",
            "server-commits",
            "server-accepts",
            "store-works");

    /** The generator of {@code random.js} (mulberry32). */
    static final class Chance {
        private int state;

        Chance(long seed) {
            state = (int) seed;
        }

        double next() {
            state += 0x6d2b79f5;
            int mixed = state;
            mixed = (mixed ^ (mixed >>> 15)) * (mixed | 1);
            mixed ^= mixed + (mixed ^ (mixed >>> 7)) * (mixed | 61);
            return Integer.toUnsignedLong(mixed ^ (mixed >>> 14)) / 4_294_967_296.0;
        }

        int below(int limit) {
            return (int) (next() * limit);
        }
    }

    static Schedule of(long seed) {
        Chance chance = new Chance(seed);
        List<String> steps = new ArrayList<>();
        for (int left = 10 + chance.below(70); left > 0; left--) {
            int at = chance.below(TOTAL);
            int verb = 0;
            for (at -= VERBS.get(0).getValue(); at >= 0; at -= VERBS.get(verb).getValue()) {
                verb++;
            }
            steps.add(VERBS.get(verb).getKey() + " " + chance.below(12) + " " + chance.below(10_000));
        }
        return new Schedule(seed, steps);
    }

    long faults() {
        return steps.stream()
                .filter(step -> !HARMLESS.contains(step.substring(0, step.indexOf(' '))))
                .count();
    }
}
