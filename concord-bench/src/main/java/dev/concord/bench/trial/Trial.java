package dev.concord.bench.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** {@code ./concord trial}: what is tried, and the exit status. */
public final class Trial {
    private static final int PASSED = 0;
    private static final int FOUND = 1;
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 3;
    private static final List<String> ALLOCATORS = List.of("pooled", "unpooled", "adaptive");

    private static final String USAGE = """
            usage: ./concord trial frames [--frames N] [--allocator pooled|unpooled|adaptive] [--seed N] [--life N]
                   ./concord trial hostile [--frames N] [--rate N] [--seed N]

            frames   looks for bytes that arrive other than they were sent: real servers, ended under load again and again; members
                     that send checksummed texts in fragments and segments of every size, and check every frame that comes

            hostile  sends what nobody who means well would to a server with 256 MB: changed messages and states, floods, frames
                     against the standard. Looks whether two people in the same room, and two in another, are served as
                     before, whether the heap stays as it is, and whether every answer is one of those that are documented

            --rate N        hostile frames a second (5000)
            --frames N      ends after so many frames that were checked where they arrived (1000000)
            --allocator A   the server's buffers come from this allocator of Netty's; without it, each server's from another one
            --seed N        the texts, the fragments, the segments and the lives of the servers; a random one otherwise.
                            The threads of a run are not repeatable, what they do is
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

    static int run(List<String> args, PrintStream out, PrintStream err) {
        if (args.isEmpty() || args.contains("--help") || args.contains("-h")) {
            (args.isEmpty() ? err : out).print(USAGE);
            return args.isEmpty() ? BAD_USAGE : PASSED;
        }
        FramesTrial.Plan plan;
        try {
            if (args.get(0).equals("hostile")) {
                return hostile(args, out, err);
            }
            plan = plan(args);
        } catch (IllegalArgumentException e) {
            err.println("concord trial: " + e.getMessage());
            err.println("Try ./concord trial --help");
            return BAD_USAGE;
        }
        try {
            out.println("seed " + plan.seed() + ", allocators " + plan.allocators() + ", JDK "
                    + System.getProperty("java.version"));
            Tally tally = new FramesTrial(plan, out).run();
            out.println(tally);
            tally.faults().forEach(fault -> out.println("FAULT: " + fault));
            return tally.faults().isEmpty() ? PASSED : FOUND;
        } catch (IOException e) {
            err.println("concord trial: " + e.getMessage());
            return FAILED;
        }
    }

    private static FramesTrial.Plan plan(List<String> args) {
        if (!args.get(0).equals("frames")) {
            throw new IllegalArgumentException("there is no trial " + args.get(0) + "; there are frames and hostile");
        }
        long frames = 1_000_000;
        long seed = new Random().nextLong();
        int life = 20;
        List<String> allocators = ALLOCATORS;
        for (int i = 1; i < args.size(); i += 2) {
            String option = args.get(i);
            if (i + 1 == args.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            String value = args.get(i + 1);
            switch (option) {
                case "--frames" -> frames = number(option, value);
                case "--seed" -> seed = number(option, value);
                case "--life" -> life = (int) Math.max(1, Math.min(3600, number(option, value)));
                case "--allocator" -> allocators = List.of(value);
                default -> throw new IllegalArgumentException("there is no option " + option + " here");
            }
        }
        if (!ALLOCATORS.containsAll(allocators)) {
            throw new IllegalArgumentException("--allocator is one of " + String.join(", ", ALLOCATORS));
        }
        return new FramesTrial.Plan(frames, allocators, seed, jar(), life);
    }

    private static Path jar() {
        String jar = System.getProperty("concord.server.jar", "concord-server/target/concord-server.jar");
        if (!Files.exists(Path.of(jar))) {
            throw new IllegalArgumentException("there is no " + jar + ": run ./concord trial, which builds it");
        }
        return Path.of(jar);
    }

    private static int hostile(List<String> args, PrintStream out, PrintStream err) {
        long frames = 1_000_000;
        long seed = new Random().nextInt(Integer.MAX_VALUE);
        int rate = 5_000;
        for (int i = 1; i < args.size(); i += 2) {
            String option = args.get(i);
            if (i + 1 == args.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            switch (option) {
                case "--frames" -> frames = number(option, args.get(i + 1));
                case "--seed" -> seed = number(option, args.get(i + 1));
                case "--rate" -> rate = (int) Math.max(1, Math.min(1_000_000, number(option, args.get(i + 1))));
                default -> throw new IllegalArgumentException("there is no option " + option + " here");
            }
        }
        HostileTrial.Plan plan = new HostileTrial.Plan(frames, rate, seed, jar());
        try {
            out.println("seed " + seed + ", JDK " + System.getProperty("java.version"));
            Tally tally = new HostileTrial(plan, out).run();
            tally.faults().forEach(fault -> out.println("FAULT: " + fault));
            return tally.faults().isEmpty() ? PASSED : FOUND;
        } catch (IOException e) {
            err.println("concord trial: " + e.getMessage());
            return FAILED;
        }
    }

    private static long number(String option, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " takes a number, not " + value, e);
        }
    }
}
