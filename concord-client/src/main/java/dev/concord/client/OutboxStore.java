package dev.concord.client;

import dev.concord.crdt.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the server has not acknowledged, so that it survives the end of the process. For one client in one room; used by one
 * session at a time, on its loop, so it has to be quick. What it throws while the session lives is reported to the listeners, and the
 * session goes on.
 */
public interface OutboxStore extends AutoCloseable {
    /**
     * An operation in the store.
     *
     * @param number rises from one operation to the next; used again only to replace the row of the same edit
     * @param operation the operation
     * @param epoch the history of the room that it belongs to; null when it was made before the room was ever seen
     * @param dependencies what it depends on and others have made, in the order in which to apply it, possibly empty: the server may lose that, too,
     *     before it is durable
     */
    record Kept(long number, Operation operation, @Nullable String epoch, List<Operation> dependencies) {
        public Kept {
            dependencies = List.copyOf(dependencies);
        }
    }

    /**
     * What was put and not removed, by this and earlier sessions. Called once, before all other methods, by the thread that builds the session;
     * what it throws ends the building.
     *
     * @return in the order of rising numbers
     */
    List<Kept> load();

    /**
     * Stores an operation, or replaces the row with its number, for instance when its epoch has become known.
     *
     * @param kept the operation
     */
    void put(Kept kept);

    /**
     * Forgets operations.
     *
     * @param first number of the first
     * @param last number of the last
     */
    void remove(long first, long last);

    /** Ends the use; what is kept stays. */
    @Override
    void close();

    /** A store that keeps nothing: what is not acknowledged ends with the process. */
    OutboxStore NONE = new OutboxStore() {
        @Override
        public List<Kept> load() {
            return List.of();
        }

        @Override
        public void put(Kept kept) {}

        @Override
        public void remove(long first, long last) {}

        @Override
        public void close() {}
    };
}
