package dev.concord.server.room;

import dev.concord.server.cluster.Cluster;

/** What is run on a server with a mistake in it; one of them has to fail. Called by name, in another class loader. */
public final class FaultTrial {
    private static final int COURSES = 550;

    private FaultTrial() {}

    /** Faults at random on several instances. */
    public static void several() {
        ClusterFaultTest test = new ClusterFaultTest();
        for (long course = 1; course <= COURSES; course++) {
            test.several(ClusterFaultTest.seed(course), Cluster.Reach.SHARED_STORE);
            test.several(ClusterFaultTest.seed(course), Cluster.Reach.SEPARATE_STORES);
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
