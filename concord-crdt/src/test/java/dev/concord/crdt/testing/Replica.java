package dev.concord.crdt.testing;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One replica of a text, as the checks see it. Only the first four methods are needed; each of the others lets the checks try more.
 *
 * <p>Offsets and lengths are UTF-16 units. The checks never cut a surrogate pair. A replica is used by one thread.
 *
 * @param <M> a message between replicas; the checks carry it and do not look into it. It must not change once it was handed out
 */
public interface Replica<M> {
    /**
     * Types text here.
     *
     * @param offset 0 to the length of the text
     * @param text not empty
     * @return what the other replicas must receive, in this order
     */
    List<M> insert(int offset, String text);

    /**
     * Deletes text here.
     *
     * @param offset first offset
     * @param length 1 or more
     * @return what the other replicas must receive, in this order
     */
    List<M> delete(int offset, int length);

    /**
     * Takes a message of another replica. It may be one that was taken before, and, unless
     * {@link ReplicaChecks#inCausalOrder}, one that comes before what it builds on.
     *
     * @param message the message
     */
    void receive(M message);

    /**
     * The text.
     *
     * @return the whole visible text
     */
    String text();

    /**
     * Whatever must be equal in replicas that have seen the same messages, ids or encoded bytes for example.
     *
     * @return compared by {@link java.util.Objects#deepEquals}
     */
    default Object state() {
        return text();
    }

    /** Fails, by any exception or error, when the replica contradicts itself. Called now and then. */
    default void check() {}

    /**
     * The same replica after an orderly restart: written, and read again.
     *
     * @return by default this one
     */
    default Replica<M> reload() {
        return this;
    }

    /**
     * What is saved now, for a restart after a crash: the replica then has forgotten what came later, and must edit under another
     * name, since others may know its later edits.
     *
     * @return makes the replica as it is now under a new name; by default nothing, and there are no crashes
     */
    default Optional<Supplier<Replica<M>>> snapshot() {
        return Optional.empty();
    }

    /**
     * Takes over everything that another replica has seen and this one has not, by merging states for example.
     *
     * @param other a replica of the same kind
     * @return false, as by default, when that is not offered
     */
    default boolean catchUp(Replica<M> other) {
        return false;
    }
}
