package dev.concord.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Under which names this server answers. A page of another site can have its own name point to this server's address, and would then count as
 * a page of this server (DNS rebinding); a server that knows its names refuses that.
 */
final class Hosts {
    /** What probes of a load balancer ask under whatever address they have. */
    private static final Set<String> FOR_ALL = Set.of("/healthz", "/readyz");

    private static final Set<String> OWN_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> allowed;

    /**
     * The names of this server.
     *
     * @param allowed host names in lower case, without ports; none for all
     */
    Hosts(Set<String> allowed) {
        this.allowed = allowed;
    }

    /** Throws a {@link Problem} unless the request names one host, as RFC 9112 demands, and one that is allowed. */
    void check(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            throw Problem.badRequest("bad_request", "a request must have one Host header");
        }
        if (allowed.isEmpty() || hosts.isEmpty() || FOR_ALL.contains(request.uri())) {
            return;
        }
        String name = name(hosts.get(0));
        if (!allowed.contains(name) && !OWN_MACHINE.contains(name)) {
            throw new Problem(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "host_not_allowed",
                    "this server does not answer under this name; the operator allows it with CONCORD_ALLOWED_HOSTS");
        }
    }

    private static String name(String host) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        int port = lower.lastIndexOf(':');
        return port > lower.lastIndexOf(']') ? lower.substring(0, port) : lower;
    }
}
