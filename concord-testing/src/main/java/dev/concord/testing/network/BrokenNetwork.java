package dev.concord.testing.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy on a free loopback port that cuts connections, stops passing bytes on without cutting, delays, and drops the published
 * messages of a Redis, each until it is set otherwise. Thread-safe.
 */
public final class BrokenNetwork implements AutoCloseable {
    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean silent;
    private volatile long delayNanos;
    private volatile double dropped;
    private volatile boolean closed;
    private final Random random;

    /** In front of what listens on a port of this machine; {@code seed} decides which messages are dropped. */
    public BrokenNetwork(int targetPort, long seed) {
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        this.random = new Random(seed);
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("accept", this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts all connections; new ones are cut at once. */
    public void cut() {
        cut = true;
        sockets.forEach(BrokenNetwork::reset);
    }

    /** Passes nothing on, and cuts nothing: the other side seems to be silent. */
    public void silence() {
        silent = true;
    }

    /** Passes nothing on of the connections that are open now, not even that one side closes; new ones are sound. */
    public void freeze() {
        frozen.addAll(sockets);
    }

    /** Everything is late by so much. */
    public void delay(long millis) {
        delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Drops this share of the messages that a Redis publishes, 0 to 1. */
    public void drop(double share) {
        dropped = share;
    }

    /** No faults from now on. Connections that were silent are cut, for what they lost. */
    public void mend() {
        boolean lost = silent;
        cut = false;
        silent = false;
        delayNanos = 0;
        dropped = 0;
        if (lost) {
            sockets.forEach(BrokenNetwork::reset);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(BrokenNetwork::reset);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listener.accept();
                if (cut) {
                    reset(from);
                    continue;
                }
                Socket to = new Socket();
                try {
                    to.connect(target, 2000);
                } catch (IOException away) {
                    reset(from);
                    continue;
                }
                from.setTcpNoDelay(true);
                to.setTcpNoDelay(true);
                sockets.add(from);
                sockets.add(to);
                start("up", () -> pump(from, to, false));
                start("down", () -> pump(to, from, true));
            } catch (IOException ended) {
                // Closed, or a client that went away before it was accepted.
            }
        }
    }

    private void pump(Socket from, Socket to, boolean replies) {
        byte[] bytes = new byte[1 << 16];
        int count = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (true) {
                if (count == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * bytes.length);
                }
                int read = in.read(bytes, count, bytes.length - count);
                if (read < 0) {
                    break;
                }
                count += read;
                if (delayNanos > 0) {
                    LockSupport.parkNanos(delayNanos);
                }
                if (silent || frozen.contains(from)) {
                    count = 0;
                } else if (replies && dropped > 0) {
                    int done = pass(bytes, count, out);
                    System.arraycopy(bytes, done, bytes, 0, count - done);
                    count -= done;
                } else {
                    out.write(bytes, 0, count);
                    count = 0;
                }
            }
        } catch (IOException cutOff) {
            // The other pump sees it as well.
        }
        if (frozen.contains(from)) {
            // That one side has given up is not passed on, either.
            return;
        }
        sockets.remove(from);
        sockets.remove(to);
        reset(from);
        reset(to);
    }

    /** Passes whole replies on, but for the unlucky ones; returns how many bytes are done with. */
    private int pass(byte[] bytes, int count, OutputStream out) throws IOException {
        int at = 0;
        for (int end = RespFrames.end(bytes, 0, count);
                end > 0;
                end = at < count ? RespFrames.end(bytes, at, count) : -1) {
            boolean unlucky;
            synchronized (random) {
                unlucky = RespFrames.isMessage(bytes, at, end) && random.nextDouble() < dropped;
            }
            if (!unlucky) {
                out.write(bytes, at, end - at);
            }
            at = end;
        }
        return at;
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closedAlready) {
            // Then there is nothing to linger.
        }
        try {
            socket.close();
        } catch (IOException closedAlready) {
            // As wanted.
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "network-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
