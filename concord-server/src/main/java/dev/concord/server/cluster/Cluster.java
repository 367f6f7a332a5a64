package dev.concord.server.cluster;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The other instances, as a room sees them.
 *
 * @param bus carries hints
 * @param board who is where
 * @param reach what the instances share besides the bus
 */
public record Cluster(Bus bus, PresenceBoard board, Reach reach) {
    /** What the instances share besides the bus. */
    public enum Reach {
        /** There are no others. */
        SOLO,
        /** One database: its op log is the truth, and gaps are filled from it. */
        SHARED_STORE,
        /** Each instance has a store of its own: they fill one another's gaps over the bus, and each stores what it learns. */
        SEPARATE_STORES
    }

    /**
     * One instance alone.
     *
     * @return a cluster without others
     */
    public static Cluster solo() {
        return new Cluster(new NoBus(), new NoBoard(), Reach.SOLO);
    }

    private static final class NoBus implements Bus {
        @Override
        public String instance() {
            return "";
        }

        @Override
        public void subscribe(String channel, Consumer<byte[]> receiver) {}

        @Override
        public void unsubscribe(String channel) {}

        @Override
        public CompletionStage<Long> publish(String channel, byte[] message) {
            return CompletableFuture.completedFuture(1L);
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void onConnected(Runnable listener) {}
    }

    private static final class NoBoard implements PresenceBoard {
        @Override
        public void show(String roomId, Collection<Entry> entries) {}

        @Override
        public void remove(String roomId, String id, String user) {}

        @Override
        public void clear(String roomId) {}

        @Override
        public CompletionStage<List<Entry>> list(String roomId) {
            return CompletableFuture.completedFuture(List.of());
        }
    }
}
