package dev.concord.bench.trial;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many members that read what comes and look at none of it. One thread serves them all. */
final class Bystanders implements AutoCloseable {
    private static final long PONG_NANOS = 15_000_000_000L;
    private static final int SELECT_MILLIS = 500;
    /** A pong that no ping asked for: a sign of life. Masked with zeros. */
    private static final byte[] PONG = {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0};

    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final Tally tally;
    private final Thread thread = new Thread(this::serve, "bystanders");
    private volatile boolean over;

    Bystanders(Tally tally) throws IOException {
        this.tally = tally;
    }

    /** Lets one more member in; before {@link #start}. */
    void join(URI address) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(address.getHost(), address.getPort()));
        channels.add(channel);
        Socket socket = channel.socket();
        RawWire.shakeHands(address, new BufferedInputStream(socket.getInputStream(), 1), socket.getOutputStream());
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Reads from now on. */
    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        ByteBuffer dropped = ByteBuffer.allocateDirect(1 << 16);
        long shown = System.nanoTime();
        try {
            while (!over) {
                selector.select(
                        key -> {
                            if (isEnded(key, dropped)) {
                                key.cancel();
                                if (!over) {
                                    tally.fault("a member that only reads was closed");
                                }
                            }
                        },
                        SELECT_MILLIS);
                if (System.nanoTime() - shown > PONG_NANOS) {
                    shown = System.nanoTime();
                    show();
                }
            }
        } catch (IOException e) {
            tally.fault("members that only read: " + e);
        }
    }

    private static boolean isEnded(SelectionKey key, ByteBuffer dropped) {
        try {
            int read = ((SocketChannel) key.channel()).read(dropped.clear());
            // A close frame comes alone and is short.
            return read < 0 || (read > 0 && read < 128 && dropped.get(0) == (byte) 0x88);
        } catch (IOException e) {
            return true;
        }
    }

    private void show() {
        for (SocketChannel channel : channels) {
            try {
                channel.write(ByteBuffer.wrap(Arrays.copyOf(PONG, PONG.length)));
            } catch (IOException e) {
                // Its key says so, too.
            }
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }
}
