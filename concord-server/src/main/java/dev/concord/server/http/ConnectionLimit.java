package dev.concord.server.http;

import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts open connections by address. Loopback is exempt: what comes from there is the operator's own. Thread-safe. */
final class ConnectionLimit {
    private final int most;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    ConnectionLimit(int most) {
        this.most = most;
    }

    /** Whether the connection may stay; if so it is counted until it closes. */
    boolean admit(SocketChannel channel) {
        InetSocketAddress remote = channel.remoteAddress();
        if (remote == null) {
            // Gone before it was looked at.
            return false;
        }
        InetAddress address = remote.getAddress();
        if (address == null || address.isLoopbackAddress()) {
            return true;
        }
        int count = open.merge(address, 1, Integer::sum);
        channel.closeFuture().addListener(closed -> open.computeIfPresent(address, (a, n) -> n > 1 ? n - 1 : null));
        return count <= most;
    }
}
