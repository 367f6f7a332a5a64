package dev.concord.crdt;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.testing.Replica;
import dev.concord.crdt.testing.ReplicaChecks;
import dev.concord.crdt.testing.Report;
import org.junit.jupiter.api.Test;

/**
 * Five replicas on a network that drops, duplicates, reorders and falls apart, with restarts, crashes and merges of whole and partial
 * states; the naive model is the judge of text, ids and tombstones, and canonical bytes must be equal. 4,000 seeds in a build, and in
 * proportion to {@code concord.tries}.
 */
class NetworkSimulatorTest {
    @Test
    void replicasAgreeWithEachOtherAndWithTheNaiveModel() {
        Report report =
                checks("replicasAgreeWithEachOtherAndWithTheNaiveModel", 4_000).convergence();
        System.out.println("simulated network: " + report + "; no failure");
        if (!Seeds.isReplay() && report.seeds() >= 100) {
            assertTrue(report.dropped() > 0 && report.duplicated() > 0 && report.partitions() > 0);
            assertTrue(report.reloads() > 0 && report.crashes() > 0 && report.merges() > 0);
        }
    }

    @Test
    void runsTypedAtOneSpotStayWhole() {
        Report report = checks("runsTypedAtOneSpotStayWhole", 2_000).nonInterleaving();
        System.out.println("runs at one spot: " + report.seeds() + " seeds; no failure");
    }

    private static ReplicaChecks<Operation> checks(String test, int usual) {
        return ReplicaChecks.of((int number, long seed) -> (Replica<Operation>) new ConcordReplica(number, seed))
                .seeds(Seeds.first(), Seeds.isReplay() ? 1 : Seeds.runs(usual))
                .replayedBy(seed -> Seeds.replay("NetworkSimulatorTest#" + test, seed));
    }
}
