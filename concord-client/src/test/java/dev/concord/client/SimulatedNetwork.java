package dev.concord.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Links that take their time, keep the order of frames, and break on command. */
final class SimulatedNetwork {
    final HandLoop loop;
    private final Random random;
    private final int maxMillis;
    private final SimulatedServer server;

    SimulatedNetwork(HandLoop loop, Random random, int maxMillis, SimulatedServer server) {
        this.loop = loop;
        this.random = random;
        this.maxMillis = maxMillis;
        this.server = server;
    }

    /** The network as one client sees it. */
    Side side() {
        return new Side();
    }

    final class Side implements Transport {
        private final List<Wire> wires = new ArrayList<>();
        final List<URI> addresses = new ArrayList<>();
        /** No connection can be made. */
        boolean down;

        @Override
        public Link connect(URI address, Handler handler) {
            addresses.add(address);
            Wire wire = new Wire(handler);
            wires.add(wire);
            wire.toServer(() -> {
                if (down || !server.accepts()) {
                    wire.end(BROKEN, "refused");
                } else {
                    server.join(wire, query(address));
                }
            });
            return wire;
        }

        /** Breaks the connection; what is on its way is lost. */
        void cut() {
            wires.forEach(Wire::cut);
            wires.clear();
        }

        /** What is on its way and what comes later vanishes, and nobody knows until the transport finds out. */
        void blackHole() {
            wires.forEach(wire -> loop.schedule(() -> wire.close(BROKEN, "silent"), 45_000));
            freeze();
        }

        /** The same with a transport that never finds out, as behind a proxy that answers pings by itself. */
        void freeze() {
            wires.forEach(wire -> {
                wire.broken = true;
                server.leave(wire);
            });
            wires.clear();
        }
    }

    /** One connection, seen from both ends. */
    final class Wire implements Transport.Link {
        private final Transport.Handler handler;
        private long lastUp;
        private long lastDown;
        private boolean broken;
        private boolean ended;

        private Wire(Transport.Handler handler) {
            this.handler = handler;
        }

        @Override
        public void send(String frame) {
            toServer(() -> server.receive(this, frame));
        }

        @Override
        public void close() {
            ended = true;
            toServer(() -> server.leave(this));
        }

        void toClient(String frame) {
            down(() -> handler.frame(frame));
        }

        /** The server closes. */
        void end(int code, String reason) {
            down(() -> close(code, reason));
        }

        private void close(int code, String reason) {
            if (!ended) {
                ended = true;
                handler.closed(code, reason);
            }
        }

        private void cut() {
            broken = true;
            server.leave(this);
            loop.schedule(() -> close(Transport.BROKEN, ""), latency());
        }

        private void toServer(Runnable arrival) {
            lastUp = Math.max(lastUp, loop.millis() + latency());
            loop.schedule(() -> run(arrival), lastUp - loop.millis());
        }

        private void down(Runnable arrival) {
            lastDown = Math.max(lastDown, loop.millis() + latency());
            loop.schedule(() -> run(arrival), lastDown - loop.millis());
        }

        private void run(Runnable arrival) {
            if (!broken) {
                arrival.run();
            }
        }
    }

    private long latency() {
        return maxMillis == 0 ? 0 : random.nextInt(maxMillis + 1);
    }

    private static Map<String, String> query(URI address) {
        Map<String, String> query = new HashMap<>();
        for (String pair : address.getRawQuery().split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return query;
    }
}
