package dev.concord.server.room;

import dev.concord.server.cluster.Bus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A pub/sub server that loses, doubles and reorders messages by its seed, and delivers on demand. No threads. */
public final class SimulatedBus {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Waiting(String channel, byte[] message) {}

    private final Random random;
    private final Map<String, Connection> connections = new LinkedHashMap<>();
    /** Shares of the messages, 0 to 1. */
    public double dropped;

    public double doubled;
    public double overtaking;

    public SimulatedBus(Random random) {
        this.random = random;
    }

    /** One instance's connection. */
    public final class Connection implements Bus {
        private final String instance;
        private final Map<String, Consumer<byte[]>> receivers = new LinkedHashMap<>();
        private final List<Waiting> inbox = new ArrayList<>();
        private Runnable listener = () -> {};
        private boolean connected = true;

        private Connection(String instance) {
            this.instance = instance;
        }

        public void cut() {
            connected = false;
            inbox.clear();
        }

        public void mend() {
            if (!connected) {
                connected = true;
                listener.run();
            }
        }

        /** The instance is no more. */
        public void end() {
            connections.remove(instance);
        }

        /** Delivers the next message, if there is one. */
        public boolean deliver() {
            if (inbox.isEmpty()) {
                return false;
            }
            Waiting next = inbox.remove(0);
            Consumer<byte[]> receiver = receivers.get(next.channel());
            if (receiver != null) {
                receiver.accept(next.message());
            }
            return true;
        }

        private void put(Waiting message) {
            int last = inbox.size();
            inbox.add(random.nextDouble() < overtaking ? random.nextInt(last + 1) : last, message);
        }

        @Override
        public String instance() {
            return instance;
        }

        @Override
        public void subscribe(String channel, Consumer<byte[]> receiver) {
            receivers.put(channel, receiver);
        }

        @Override
        public void unsubscribe(String channel) {
            receivers.remove(channel);
        }

        @Override
        public CompletionStage<Long> publish(String channel, byte[] message) {
            if (!connected) {
                return CompletableFuture.completedFuture(0L);
            }
            for (Connection to : connections.values()) {
                if (to.connected && to.receivers.containsKey(channel) && random.nextDouble() >= dropped) {
                    to.put(new Waiting(channel, message));
                    if (random.nextDouble() < doubled) {
                        to.put(new Waiting(channel, message));
                    }
                }
            }
            // As if nobody else were subscribed: nothing here can wait for an answer.
            return CompletableFuture.completedFuture(1L);
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public void onConnected(Runnable onConnected) {
            listener = onConnected;
        }
    }

    public Connection connect(String instance) {
        Connection connection = new Connection(instance);
        connections.put(instance, connection);
        return connection;
    }
}
