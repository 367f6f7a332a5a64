package dev.concord.server.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Has an operator know of WebSockets that are not let in: a page in a browser learns no reason, so nobody else can find it out. Each is counted;
 * of each reason one a minute is logged, with the number of those before it that were not. Thread-safe.
 */
final class RefusedUpgrades {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedUpgrades.class);
    private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Of what a client sent, in a line of the log. */
    private static final int MAX_SHOWN = 200;

    private static final class Reason {
        private boolean logged;
        private long loggedNanos;
        private long unlogged;

        /** How many were not logged before this one; -1 when it is not to be logged, either. */
        synchronized long next(long nowNanos) {
            if (logged && nowNanos - loggedNanos < EVERY_NANOS) {
                unlogged++;
                return -1;
            }
            long before = unlogged;
            logged = true;
            loggedNanos = nowNanos;
            unlogged = 0;
            return before;
        }
    }

    private final Consumer<String> counter;
    private final LongSupplier nanoTime;
    private final Map<String, Reason> reasons = new ConcurrentHashMap<>();

    RefusedUpgrades(Consumer<String> counter, LongSupplier nanoTime) {
        this.counter = counter;
        this.nanoTime = nanoTime;
    }

    /** A request is answered with a problem. If it was meant to become a WebSocket, that is counted. */
    void answered(HttpRequest request, Channel channel, Problem problem) {
        if (isUpgrade(request)) {
            counter.accept(problem.code());
            LoggingEventBuilder line = line(problem.code(), channel);
            if (line != null) {
                line.addKeyValue("path", shown(request.uri().replaceFirst("\\?.*", "")))
                        .addKeyValue("origin", shown(request.headers().get(HttpHeaderNames.ORIGIN)))
                        .addKeyValue("host", shown(request.headers().get(HttpHeaderNames.HOST)))
                        .log("a WebSocket was refused: {}", problem.getMessage());
            }
        }
    }

    /** A connection was closed before it was read: its address has too many. */
    void tooManyConnections(Channel channel) {
        String reason = "too_many_connections";
        counter.accept(reason);
        LoggingEventBuilder line = line(reason, channel);
        if (line != null) {
            line.log(
                    "a connection was closed: its address has as many open as CONCORD_MAX_CONNECTIONS_PER_ADDRESS allows");
        }
    }

    /** A proxy that does not pass upgrades on leaves only the path. */
    private static boolean isUpgrade(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || request.uri().replaceFirst("\\?.*", "").endsWith("/ws");
    }

    private @Nullable LoggingEventBuilder line(String reason, Channel channel) {
        long before = reasons.computeIfAbsent(reason, r -> new Reason()).next(nanoTime.getAsLong());
        return before < 0
                ? null
                : LOG.atWarn()
                        .addKeyValue("reason", reason)
                        .addKeyValue("address", channel.remoteAddress())
                        .addKeyValue("unlogged", before);
    }

    private static String shown(@Nullable String sent) {
        return sent == null ? "" : sent.length() <= MAX_SHOWN ? sent : sent.substring(0, MAX_SHOWN) + "…";
    }
}
