package dev.concord.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.client.SharedFolder.Plant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nothing typed is lost, or called saved when it is not, under the schedules that the browser client runs as well. {@code -Dconcord.seed} replays one
 * seed, {@code -Dconcord.schedule}, steps with commas between them, one schedule under that seed.
 */
class SchedulesTest {
    private static final int TRIES = 2 * Integer.getInteger("concord.tries", 1000);
    /** Up to so many seeds are the same each time, so that a build fails for what it builds; more begin anywhere. */
    private static final int FIXED_SEEDS = 5_000;

    private static final int MOST_SEEDS = 1_000;

    @Test
    void nothing_typed_is_lost_or_called_saved_when_it_is_not() {
        Long replayed = Long.getLong("concord.seed");
        String steps = System.getProperty("concord.schedule", "");
        if (replayed != null && !steps.isEmpty()) {
            run(new Schedule(replayed, Arrays.asList(steps.split(",", -1))), Plant.NONE);
            return;
        }
        long first = replayed != null ? replayed : TRIES > FIXED_SEEDS ? new Random().nextInt(1 << 30) : 1;
        int tries = replayed != null ? 1 : TRIES;
        long sum = 0;
        long faults = 0;
        for (long seed = first; seed < first + tries; seed++) {
            Schedule schedule = Schedule.of(seed);
            sum += schedule.steps().size();
            faults += schedule.faults();
            try {
                run(schedule, Plant.NONE);
            } catch (RuntimeException | Error e) {
                Schedule small = shrink(schedule);
                throw new AssertionError(
                        "replay with: ./mvnw -pl concord-client -am test -Dtest=SchedulesTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed
                                + " -Dconcord.schedule='" + String.join(",", small.steps()) + "'",
                        e);
            }
        }
        System.out.println("SchedulesTest: " + tries + " seeds from " + first + ": " + sum + " steps, " + faults
                + " faults, 0 lost, 0 falsely saved");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void planted_errors_are_found(Plant plant) {
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            try {
                run(Schedule.of(seed), plant);
            } catch (AssertionError found) {
                System.out.println("SchedulesTest: " + plant + " found by seed " + seed + ": " + found.getMessage());
                return;
            }
        }
        throw new AssertionError(MOST_SEEDS + " schedules do not find it");
    }

    @Test
    void the_schedules_are_those_of_the_browser_client() {
        Schedule schedule = Schedule.of(3);
        assertEquals(STEPS_OF_SEED_3, String.join(",", schedule.steps()).substring(0, STEPS_OF_SEED_3.length()));
        assertTrue(schedule.faults() > 0);
    }

    /** The same stands in the tests of the browser client. */
    private static final String STEPS_OF_SEED_3 =
            "type 5 749,wait 5 4867,type 3 5526,type 1 7137,show 9 8797,composed 8 2867";

    private static void run(Schedule schedule, Plant plant) {
        try (ScheduleRun run = new ScheduleRun(schedule, plant)) {
            run.run();
        }
    }

    private static boolean fails(Schedule schedule, Plant plant) {
        try {
            run(schedule, plant);
            return false;
        } catch (RuntimeException | Error e) {
            return true;
        }
    }

    /** Leaves out of a schedule that fails what it does not need for that. */
    private static Schedule shrink(Schedule schedule) {
        Schedule found = schedule;
        for (int size = schedule.steps().size() / 2; size > 0; size /= 2) {
            for (int from = 0; from < found.steps().size(); ) {
                List<String> steps = new ArrayList<>(found.steps().subList(0, from));
                int next = Math.min(found.steps().size(), from + size);
                steps.addAll(found.steps().subList(next, found.steps().size()));
                Schedule tried = new Schedule(found.seed(), steps);
                if (fails(tried, Plant.NONE)) {
                    found = tried;
                } else {
                    from += size;
                }
            }
        }
        return found;
    }
}
