package dev.concord.server.http;

import dev.concord.server.ws.JoinRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which requests may become WebSockets (RFC 6455, section 4.2.1). */
final class UpgradeCheck {
    private static final String VERSION_13 = "13";

    private final Origins origins;

    UpgradeCheck(Origins origins) {
        this.origins = origins;
    }

    /** What the request asks for; null when it may not become a WebSocket, and has been answered. */
    @Nullable
    JoinRequest check(Exchange exchange) {
        FullHttpRequest request = exchange.request();
        HttpHeaders headers = request.headers();
        Responses responses = exchange.responses();
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            responses.problem(
                    HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", "this path is for WebSockets only");
            return null;
        }
        if (!VERSION_13.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            responses.header(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION_13);
            responses.problem(
                    HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", "WebSockets of version 13 are understood");
            return null;
        }
        if (!request.method().equals(HttpMethod.GET)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null) {
            responses.problem(
                    HttpResponseStatus.BAD_REQUEST,
                    "bad_handshake",
                    "a WebSocket begins with GET, Connection: Upgrade and a Sec-WebSocket-Key");
            return null;
        }
        if (!origins.allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
            responses.problem(
                    HttpResponseStatus.FORBIDDEN,
                    "origin_not_allowed",
                    "pages of this origin may not connect; the operator allows them with CONCORD_ALLOWED_ORIGINS");
            return null;
        }
        return new JoinRequest(exchange.room(), version(parameter(exchange, "version")), parameter(exchange, "epoch"));
    }

    private static @Nullable String parameter(Exchange exchange, String name) {
        List<String> values = exchange.query().get(name);
        return values == null || values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    private static byte @Nullable [] version(@Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            return Base64.getUrlDecoder()
                    .decode(value.replace('+', '-').replace(' ', '-').replace('/', '_'));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
