package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.testing.Replica;
import dev.concord.crdt.testing.ReplicaChecks;
import dev.concord.crdt.testing.Report;
import org.junit.jupiter.api.Test;

/**
 * Five replicas on a network that drops, duplicates, reorders and falls apart, with restarts, crashes and states that are merged. 10,000 seeds
 * in a build, and in proportion to {@code concord.tries}.
 */
class NetworkSimulatorTest {
    @Test
    void replicasAgreeWithEachOtherAndWithTheNaiveModel() {
        Report report = ReplicaChecks.of((int number, long seed) -> (Replica<byte[]>) new YReplica(number, seed))
                .size(5, 25)
                .seeds(Seeds.first(), Seeds.runs(10_000))
                .replayedBy(seed -> Seeds.replay("NetworkSimulatorTest", seed))
                .convergence();
        System.out.println("simulated network: " + report + "; no failure");
        if (!Seeds.isReplay() && report.seeds() >= 100) {
            assertTrue(report.dropped() > 0 && report.duplicated() > 0 && report.partitions() > 0);
            assertTrue(report.reloads() > 0 && report.crashes() > 0 && report.merges() > 0);
        }
    }
}
