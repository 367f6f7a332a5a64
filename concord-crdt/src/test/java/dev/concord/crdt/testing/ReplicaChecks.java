package dev.concord.crdt.testing;

import java.util.function.BiFunction;
import java.util.function.LongFunction;

/**
 * Checks an implementation of collaborative text with sessions that are made from seeds.
 *
 * <pre>{@code
 * Report report = ReplicaChecks.of((number, seed) -> new MyReplica("r" + number))
 *         .seeds(0, 1000)
 *         .convergence();
 * }</pre>
 *
 * <p>A failure is a {@link CheckFailure} whose message names the seed, the shortest session of that seed that fails, step by step, and
 * the call that replays it.
 *
 * <p>Instances are immutable: each setting returns another one.
 *
 * @param <M> a message between replicas
 */
public final class ReplicaChecks<M> {
    private final ReplicaFactory<M> factory;
    private final long firstSeed;
    private final int seeds;
    private final int replicas;
    private final int steps;
    private final boolean causal;
    private final boolean plain;
    /** What to run, from the call that repeats the check that failed, and the seed. */
    private final BiFunction<String, Long, String> command;

    private ReplicaChecks(
            ReplicaFactory<M> factory,
            long firstSeed,
            int seeds,
            int replicas,
            int steps,
            boolean causal,
            boolean plain,
            BiFunction<String, Long, String> command) {
        this.factory = factory;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
        this.replicas = replicas;
        this.steps = steps;
        this.causal = causal;
        this.plain = plain;
        this.command = command;
    }

    /**
     * Checks of an implementation: 1,000 seeds from 0 on, 5 replicas, 60 steps each, messages in any order, any text.
     *
     * @param factory makes replicas
     * @param <M> a message between replicas
     * @return the checks
     */
    public static <M> ReplicaChecks<M> of(ReplicaFactory<M> factory) {
        return new ReplicaChecks<>(
                factory, 0, 1000, 5, 60, false, false, (call, seed) -> "ReplicaChecks.of(...)." + call);
    }

    /**
     * Sets which sessions are run.
     *
     * @param first the first seed
     * @param count how many, 1 or more; a session takes a few milliseconds
     * @return checks with these seeds
     */
    public ReplicaChecks<M> seeds(long first, int count) {
        return new ReplicaChecks<>(factory, first, count, replicas, steps, causal, plain, command);
    }

    /**
     * Sets the size of a session.
     *
     * @param ofReplicas how many replicas, 2 or more
     * @param ofSteps how many things happen: an edit, a few deliveries, a partition, a restart and the like
     * @return checks with sessions of that size
     */
    public ReplicaChecks<M> size(int ofReplicas, int ofSteps) {
        if (ofReplicas < 2 || ofSteps < 1) {
            throw new IllegalArgumentException("a session takes 2 replicas and 1 step or more");
        }
        return new ReplicaChecks<>(factory, firstSeed, seeds, ofReplicas, ofSteps, causal, plain, command);
    }

    /**
     * For implementations that leave it to the network that a message comes after those that its sender had seen. Without this,
     * messages come in any order.
     *
     * @return checks that deliver in causal order; messages are still lost, sent again, and doubled
     */
    public ReplicaChecks<M> inCausalOrder() {
        return new ReplicaChecks<>(factory, firstSeed, seeds, replicas, steps, true, plain, command);
    }

    /**
     * For implementations whose elements are UTF-16 units: no astral characters.
     *
     * @return checks with text of the basic plane only
     */
    public ReplicaChecks<M> withoutSurrogates() {
        return new ReplicaChecks<>(factory, firstSeed, seeds, replicas, steps, causal, true, command);
    }

    /**
     * Sets what a failure says to run.
     *
     * @param ofSeed from the failed seed to the command
     * @return checks whose failures name that command
     */
    public ReplicaChecks<M> replayedBy(LongFunction<String> ofSeed) {
        return new ReplicaChecks<>(
                factory, firstSeed, seeds, replicas, steps, causal, plain, (call, seed) -> ofSeed.apply(seed));
    }

    /**
     * Replicas edit, and exchange messages over a network that loses, doubles, reorders and falls apart; they restart and catch up. Then
     * every message reaches everybody. It is checked that
     *
     * <ul>
     *   <li>a local edit changes the text as it says, at once;
     *   <li>all replicas end with one text and one {@link Replica#state};
     *   <li>that text has everything that was inserted and not deleted, once;
     *   <li>there is one order of all characters, deleted ones included, with which every text that any replica ever showed agrees
     *       (the strong list specification: Attiya et al., "Specification and Complexity of Collaborative Text Editing", PODC 2016).
     * </ul>
     *
     * @return what was run
     * @throws CheckFailure at the first seed that fails
     */
    public Report convergence() {
        return each(
                seed -> "replay(" + seed + ")",
                (seed, ofReplicas, ofSteps, trace) ->
                        new Session<>(factory, seed, ofReplicas, ofSteps, causal, plain, trace).run());
    }

    /**
     * Several replicas type at one spot, none having seen the others, forwards or backwards. Afterwards the text of each must stand
     * together.
     *
     * @return what was run
     * @throws CheckFailure at the first seed that fails
     */
    public Report nonInterleaving() {
        return each(
                seed -> "seeds(" + seed + ", 1).nonInterleaving()",
                (seed, ofReplicas, ofSteps, trace) ->
                        new ConcurrentRuns<>(factory, seed, ofReplicas, ofSteps, trace).run());
    }

    /**
     * Runs {@link #convergence} with one seed. A failure of {@link #nonInterleaving} is repeated by {@code seeds(seed, 1).nonInterleaving()}.
     *
     * @param seed from a {@link CheckFailure} of {@link #convergence}
     * @return what was run
     * @throws CheckFailure when it fails again
     */
    public Report replay(long seed) {
        return seeds(seed, 1).convergence();
    }

    private interface Trial {
        Report run(long seed, int ofReplicas, int ofSteps, StringBuilder trace);
    }

    private Report each(LongFunction<String> call, Trial trial) {
        Report sum = Report.NONE;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                sum = sum.plus(trial.run(seed, replicas, steps, null));
            } catch (RuntimeException | AssertionError e) {
                throw shrunk(call.apply(seed), trial, seed, e);
            }
        }
        return sum;
    }

    /** The smallest session of the same seed that fails: few replicas first, then few steps. */
    private CheckFailure shrunk(String call, Trial trial, long seed, Throwable first) {
        for (int n = 2; n <= replicas; n++) {
            for (int length = 1; length <= steps; length++) {
                StringBuilder trace = new StringBuilder();
                try {
                    trial.run(seed, n, length, trace);
                } catch (RuntimeException | AssertionError e) {
                    return failure(call, seed, n, length, e, trace);
                }
            }
        }
        return failure(
                call, seed, replicas, steps, first, new StringBuilder("It does not fail when it is run again.\n"));
    }

    private CheckFailure failure(String call, long seed, int n, int length, Throwable e, StringBuilder trace) {
        return new CheckFailure(
                seed,
                "seed " + seed + ": " + e.getMessage() + "\nThe shortest session of this seed that fails has " + n
                        + " replicas and " + length + " steps:\n" + trace + "Replay this failure: "
                        + command.apply(call, seed),
                e);
    }
}
