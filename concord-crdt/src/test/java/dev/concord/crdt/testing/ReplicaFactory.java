package dev.concord.crdt.testing;

/**
 * Makes empty replicas of one document.
 *
 * @param <M> a message between replicas
 */
@FunctionalInterface
public interface ReplicaFactory<M> {
    /**
     * Makes an empty replica.
     *
     * @param number 0, 1, 2 and so on, different for each replica of a session
     * @param seed for choices that the replica itself makes, so that they are the same when the session is replayed
     * @return the replica
     */
    Replica<M> create(int number, long seed);
}
