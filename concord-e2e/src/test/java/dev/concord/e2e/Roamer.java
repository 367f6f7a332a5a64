package dev.concord.e2e;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Brings a client back by itself, to whichever instance takes it, each time that its connection ends. */
final class Roamer implements AutoCloseable {
    private final TestClient client;
    private final Instances instances;
    private final String room;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean settled = true;
    private final AtomicInteger moves = new AtomicInteger();
    private volatile long longestNanos;

    private Roamer(TestClient client, Instances instances, String room) {
        this.client = client;
        this.instances = instances;
        this.room = room;
        this.thread = new Thread(this::work, "roamer");
    }

    static Roamer start(TestClient client, Instances instances, String room) {
        Roamer roamer = new Roamer(client, instances, room);
        roamer.thread.setDaemon(true);
        roamer.thread.start();
        return roamer;
    }

    boolean isSettled() {
        return settled && !client.isClosed();
    }

    int moves() {
        return moves.get();
    }

    /** From the end of a connection to the first sync of the next. */
    long longestMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestNanos);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        while (!stopped) {
            if (client.isClosed()) {
                settled = false;
                long from = System.nanoTime();
                reconnect();
                longestNanos = Math.max(longestNanos, System.nanoTime() - from);
                settled = true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void reconnect() {
        for (int attempt = 0; !stopped; attempt++) {
            try {
                client.connect(instances.server(attempt % instances.all.size()).socket(room));
                moves.incrementAndGet();
                return;
            } catch (RuntimeException | AssertionError away) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
