package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** {@code ./concord trial}: what is tried, and the exit status. */
public final class Trial {
    private static final int PASSED = 0;
    private static final int FOUND = 1;
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 3;
    private static final List<String> ALLOCATORS = List.of("pooled", "unpooled", "adaptive");
    /** The trials, and the options of each with what they are otherwise; 0 for something that is chosen when it runs. */
    private static final Map<String, Map<String, Long>> TRIALS = Map.of(
            "frames", Map.of("--frames", 1_000_000L, "--seed", 0L, "--life", 20L),
            "hostile", Map.of("--frames", 1_000_000L, "--rate", 5_000L, "--seed", 0L, "--max-rise", 10L),
            "greedy", Map.of("--frames", 400L, "--bodies", 60L, "--rounds", 3L, "--max-rise", 10L),
            "slow-reader", Map.of("--members", 200L, "--seconds", 60L, "--bytes", 8_192L, "--max-rise", 10L),
            "rooms", Map.of("--rooms", 100_000L, "--seed", 0L),
            "idle", Map.of("--members", 10_000L, "--seconds", 70L),
            "sign-in", Map.of("--members", 10_000L));

    private static final String USAGE = """
            usage: ./concord trial frames [--frames N] [--allocator pooled|unpooled|adaptive] [--seed N] [--life N]
                   ./concord trial hostile [--frames N] [--rate N] [--seed N] [--max-rise N]
                   ./concord trial greedy [--frames N] [--bodies N] [--rounds N] [--max-rise N]
                   ./concord trial slow-reader [--members N] [--seconds N] [--bytes N] [--max-rise N]
                   ./concord trial rooms [--rooms N] [--seed N]
                   ./concord trial idle [--members N] [--seconds N]
                   ./concord trial sign-in [--members N]

            frames       looks for bytes that arrive other than they were sent: real servers, ended under load again and again;
                         members that send checksummed texts in fragments and segments of every size, and check every frame
                         that comes

            The others run a server with 256 MB of heap, and look whether its heap is afterwards what it was before.

            hostile      sends what nobody who means well would: changed messages and states, floods, frames against the
                         standard. Looks whether two people in the same room, and two in another, are served as before, and
                         whether every answer is one of those that are documented

            greedy       begins large frames and bodies and ends none of them. Looks whether two people are served as before, and
                         whether the server has counted every connection that it ended

            slow-reader  one member of many reads nothing for a while. Looks whether the others are served as before, and whether
                         it has the same text as everybody when it reads again

            rooms        opens rooms, types in them and leaves them

            idle         members that do nothing but answer pings; reports what each costs

            sign-in      members that present a token each at once, with each kind of signature and without; reports how many the
                         server lets in with a second of processor time

            --frames N      frames: ends after so many (1000000); greedy: how many begin (400)
            --rate N        hostile frames a second (5000)
            --max-rise N    by how much the 99th percentile of the honest members' edits may rise, in percent (10). It is measured
                            with and without the attack in turns, and 5 ms are let pass
            --bodies N      how many bodies of 8 MiB begin (60)
            --rounds N      how often (3)
            --members N     how many members (slow-reader 200, idle and sign-in 10000)
            --seconds N     how long the slow one does not read (60), or the idle ones stay (70)
            --bytes N       how many characters every second edit inserts (8192)
            --rooms N       how many rooms (100000)
            --allocator A   the server's buffers come from this allocator of Netty's; without it, each server's from another one
            --seed N        what is sent, and in which pieces; a random one otherwise. The threads of a run are not repeatable,
                            what they do is
            --life N        how many seconds a server lives, on average about half of it more or less (20)

            exit status: 0 no fault, 1 a fault was found, 2 bad usage, 3 the trial could not be made
            """;

    private Trial() {}

    /**
     * Runs a trial and exits.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    /** One run of a trial. */
    private interface Run {
        Tally run() throws IOException;
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        if (args.isEmpty() || args.contains("--help") || args.contains("-h")) {
            (args.isEmpty() ? err : out).print(USAGE);
            return args.isEmpty() ? BAD_USAGE : PASSED;
        }
        Run run;
        try {
            run = prepare(new Arguments(args), out);
        } catch (IllegalArgumentException e) {
            err.println("concord trial: " + e.getMessage());
            err.println("Try ./concord trial --help");
            return BAD_USAGE;
        }
        try {
            Tally tally = run.run();
            tally.faults().forEach(fault -> out.println("FAULT: " + fault));
            return tally.faults().isEmpty() ? PASSED : FOUND;
        } catch (IOException e) {
            err.println("concord trial: " + e.getMessage());
            return FAILED;
        }
    }

    private static Run prepare(Arguments given, PrintStream out) {
        String allocator = given.allocator;
        List<String> allocators = allocator == null ? ALLOCATORS : List.of(allocator);
        if (!ALLOCATORS.containsAll(allocators)) {
            throw new IllegalArgumentException("--allocator is one of " + String.join(", ", ALLOCATORS));
        }
        Path jar = jar();
        out.println((given.has("--seed") ? "seed " + given.seed() + ", " : "") + "JDK "
                + System.getProperty("java.version"));
        return switch (given.trial) {
            case "hostile" ->
                new HostileTrial(
                        new HostileTrial.Plan(
                                given.get("--frames"),
                                given.atMost("--rate", 1_000_000),
                                given.atMost("--max-rise", Integer.MAX_VALUE),
                                given.seed(),
                                jar),
                        out)::run;
            case "greedy" ->
                new GreedyTrial(
                        new GreedyTrial.Plan(
                                given.atMost("--frames", 10_000),
                                given.atMost("--bodies", 10_000),
                                given.atMost("--rounds", 1_000),
                                given.atMost("--max-rise", Integer.MAX_VALUE),
                                jar),
                        out)::run;
            case "slow-reader" ->
                new SlowReaderTrial(
                        new SlowReaderTrial.Plan(
                                given.atMost("--members", 10_000),
                                given.atMost("--seconds", 3_600),
                                given.atMost("--bytes", 100_000),
                                given.atMost("--max-rise", Integer.MAX_VALUE),
                                jar),
                        out)::run;
            case "rooms" ->
                new RoomsTrial(new RoomsTrial.Plan(given.atMost("--rooms", 10_000_000), given.seed(), jar), out)::run;
            case "idle" ->
                new IdleTrial(
                        new IdleTrial.Plan(given.atMost("--members", 1_000_000), given.atMost("--seconds", 3_600), jar),
                        out)::run;
            case "sign-in" ->
                new SignInTrial(new SignInTrial.Plan(given.atMost("--members", 1_000_000), jar), out)::run;
            default ->
                () -> {
                    out.println("allocators " + allocators);
                    FramesTrial.Plan plan = new FramesTrial.Plan(
                            given.get("--frames"), allocators, given.seed(), jar, given.atMost("--life", 3_600));
                    Tally tally = new FramesTrial(plan, out).run();
                    out.println(tally);
                    return tally;
                };
        };
    }

    private static Path jar() {
        String jar = System.getProperty("concord.server.jar", "concord-server/target/concord-server.jar");
        if (!Files.exists(Path.of(jar))) {
            throw new IllegalArgumentException("there is no " + jar + ": run ./concord trial, which builds it");
        }
        return Path.of(jar);
    }

    /** What stands on the command line. */
    private static final class Arguments {
        final String trial;
        final Map<String, Long> values;

        @Nullable
        String allocator;

        Arguments(List<String> args) {
            trial = args.get(0);
            Map<String, Long> known = TRIALS.get(trial);
            if (known == null) {
                throw new IllegalArgumentException("there is no trial " + trial + "; there are "
                        + TRIALS.keySet().stream().sorted().toList());
            }
            values = new HashMap<>(known);
            for (int i = 1; i < args.size(); i += 2) {
                String option = args.get(i);
                if (i + 1 == args.size()) {
                    throw new IllegalArgumentException(option + " needs a value");
                }
                if (option.equals("--allocator") && trial.equals("frames")) {
                    allocator = args.get(i + 1);
                } else if (known.containsKey(option)) {
                    values.put(option, number(option, args.get(i + 1)));
                } else {
                    throw new IllegalArgumentException("there is no option " + option + " here");
                }
            }
            if (has("--seed") && args.indexOf("--seed") < 0) {
                values.put("--seed", (long) new Random().nextInt(Integer.MAX_VALUE));
            }
        }

        boolean has(String option) {
            return values.containsKey(option);
        }

        long get(String option) {
            Long value = values.get(option);
            if (value == null) {
                throw new IllegalStateException(option);
            }
            return value;
        }

        long seed() {
            return get("--seed");
        }

        int atMost(String option, int most) {
            return (int) Math.max(1, Math.min(most, get(option)));
        }

        private static long number(String option, String value) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " takes a number, not " + value, e);
            }
        }
    }
}
