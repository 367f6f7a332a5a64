package dev.concord.server.room;

import dev.concord.server.cluster.Cluster;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two or three instances and four clients, driven step by step from a seed: the bus loses, doubles and reorders, instances are cut off
 * from the bus or the store, killed and started again, clients move from one to another. Five seconds of simulated time after the last
 * fault all documents are equal and all that was acknowledged at any moment is stored. {@code -Dconcord.tries} sets the number of seeds (a
 * fifth of it), {@code -Dconcord.seed} replays one.
 */
class ClusterSimulationTest {
    @ParameterizedTest
    @EnumSource(
            value = Cluster.Reach.class,
            names = {"SHARED_STORE", "SEPARATE_STORES"})
    void allInstancesAgreeSoonAfterTheLastFaultAndNothingAcknowledgedIsLost(Cluster.Reach reach) {
        Long given = Long.getLong("concord.seed");
        int tries = given != null ? 1 : Math.max(1, Integer.getInteger("concord.tries", 1_000) / 5);
        Random seeds = new Random();
        for (int i = 0; i < tries; i++) {
            long seed = given != null ? given : seeds.nextLong();
            try (SimulatedCluster world = new SimulatedCluster(new Random(seed), reach)) {
                world.live();
            } catch (Throwable failure) {
                throw new AssertionError(
                        "replay with: ./mvnw test -pl concord-server -am -Dtest=ClusterSimulationTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dconcord.seed=" + seed + " (" + reach
                                + ")",
                        failure);
            }
        }
    }
}
