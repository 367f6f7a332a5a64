package dev.concord.server.http;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts open connections by address. Loopback is exempt: what comes from there is the operator's own. Thread-safe. */
final class ConnectionLimit {
    private final int max;
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    ConnectionLimit(int max) {
        this.max = max;
    }

    /** The address by which a connection is counted; null for one that is not. */
    static @Nullable InetAddress counted(Channel channel) {
        InetAddress address = channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
        return address == null || address.isLoopbackAddress() ? null : address;
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
        return count <= max;
    }
}
