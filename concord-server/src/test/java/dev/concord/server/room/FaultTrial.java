package dev.concord.server.room;

import dev.concord.server.cluster.Cluster;

/** What is run on a server with a mistake in it; one of them has to fail. Called by name, in another class loader. */
public final class FaultTrial {
    private static final int COURSES = 300;

    private FaultTrial() {}

    /** Faults at random on several instances. */
    public static void several() {
        ClusterFaultTest test = new ClusterFaultTest();
        for (long seed = 1; seed <= COURSES; seed++) {
            test.several(seed * 0x9e3779b97f4a7c15L, Cluster.Reach.SHARED_STORE);
            test.several(seed * 0x9e3779b97f4a7c15L, Cluster.Reach.SEPARATE_STORES);
        }
    }

    /** One fault at each point of one room. */
    public static void room() {
        RoomFaultTest test = new RoomFaultTest();
        test.open();
        test.oneFaultAtEachPointLeavesEverybodyEqual();
        test.close();
    }
}
