package dev.concord.server.http;

import dev.concord.server.ws.JoinRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides which requests may become WebSockets (RFC 6455, section 4.2.1). */
final class UpgradeCheck {
    private static final String VERSION_13 = "13";
    private static final int KEY_BYTES = 16;

    private final Requests requests;

    UpgradeCheck(Requests requests) {
        this.requests = requests;
    }

    /** What the request asks for; throws a {@link Problem} when it may not become a WebSocket. */
    JoinRequest check(Exchange exchange) {
        FullHttpRequest request = exchange.request();
        HttpHeaders headers = request.headers();
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            throw upgradeRequired("this path is for WebSockets only", Map.of());
        }
        if (!VERSION_13.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            throw upgradeRequired(
                    "only WebSockets of version 13 are supported",
                    Map.of(HttpHeaderNames.SEC_WEBSOCKET_VERSION.toString(), VERSION_13));
        }
        if (!request.method().equals(HttpMethod.GET)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !headers.contains(HttpHeaderNames.HOST)
                || !isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            throw Problem.badRequest(
                    "bad_handshake",
                    "a WebSocket begins with GET over HTTP/1.1, with Host, Connection: Upgrade and one Sec-WebSocket-Key"
                            + " of 16 bytes in base64");
        }
        requests.requireAllowedOrigin(exchange);
        return new JoinRequest(
                exchange.room(),
                version(parameter(exchange, "version")),
                parameter(exchange, "epoch"),
                Requests.token(exchange));
    }

    private static boolean isKey(List<String> keys) {
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0)).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Problem upgradeRequired(String detail, Map<String, String> more) {
        return new Problem(HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", detail, more);
    }

    /** An empty one counts as missing. */
    private static @Nullable String parameter(Exchange exchange, String name) {
        String value = Requests.parameter(exchange, name);
        return value == null || value.isEmpty() ? null : value;
    }

    private static byte @Nullable [] version(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            return Base64.getUrlDecoder()
                    .decode(value.replace('+', '-').replace(' ', '-').replace('/', '_'));
        } catch (IllegalArgumentException e) {
            // A version that cannot be read is answered with the whole state.
            return new byte[0];
        }
    }
}
