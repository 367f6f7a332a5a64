package dev.concord.server.http;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.concord.wire.RoomText;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what requests say. Every method throws a {@link Problem} for what cannot be accepted. Thread-safe. */
final class Requests {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final String BEARER = "Bearer ";

    private final Origins origins;

    Requests(Origins origins) {
        this.origins = origins;
    }

    /**
     * Refuses what pages of other origins send. A browser lets any page send requests, and only hides the answer from it, so this is asked
     * before anything is changed or paid for.
     */
    void requireAllowedOrigin(Exchange exchange) {
        HttpHeaders headers = exchange.request().headers();
        if (!origins.allows(headers.get(HttpHeaderNames.ORIGIN), headers.get(HttpHeaderNames.HOST))) {
            throw new Problem(
                    HttpResponseStatus.FORBIDDEN,
                    "origin_not_allowed",
                    "pages of this origin may not do this; the operator allows them with CONCORD_ALLOWED_ORIGINS");
        }
    }

    /** The token that a request carries: in its header, or else in its query; null for none. */
    static @Nullable String token(Exchange exchange) {
        String header = exchange.request().headers().get(HttpHeaderNames.AUTHORIZATION);
        if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return header.substring(BEARER.length()).strip();
        }
        String query = parameter(exchange, "token");
        return query == null || query.isEmpty() ? null : query;
    }

    /** Where a request comes from. */
    static String address(Exchange exchange) {
        SocketAddress address = exchange.context().channel().remoteAddress();
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    /** The body as a JSON object. */
    static JsonNode object(Exchange exchange) {
        JsonNode body = null;
        try {
            body = MAPPER.readTree(ByteBufUtil.getBytes(exchange.request().content()));
        } catch (IOException e) {
            // Refused below, as everything else that is no object.
        }
        if (body == null || !body.isObject()) {
            throw Problem.badRequest("bad_json", "the body must be a JSON object");
        }
        return body;
    }

    /** The body as plain text in UTF-8: line ends become LF, and a byte order mark at the beginning is not part of it. */
    static String plainText(Exchange exchange) {
        String type = exchange.request().headers().get(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        if (!type.split(";", -1)[0].strip().equalsIgnoreCase("text/plain")) {
            throw new Problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "not_text", "send the text as text/plain in UTF-8");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(
                            ByteBufUtil.getBytes(exchange.request().content())))
                    .toString();
            String plain = (text.startsWith("\ufeff") ? text.substring(1) : text)
                    .replace("\r\n", "\n")
                    .replace('\r', '\n');
            String fault = RoomText.fault(plain);
            if (fault != null) {
                throw Problem.badRequest("invalid_text", "the text " + fault);
            }
            return plain;
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("not_utf8", "the body is not UTF-8");
        }
    }

    /** A member of a JSON object that is a string; null for everything else. */
    static @Nullable String string(JsonNode body, String name) {
        JsonNode value = body.get(name);
        return value == null || !value.isTextual() ? null : value.textValue();
    }

    /** As {@link #line} for what may be empty, but not missing. */
    static String lineOrEmpty(JsonNode body, String name, int max) {
        JsonNode value = body.path(name);
        return value.isTextual() && value.textValue().isBlank() ? "" : line(body, name, max, null);
    }

    /**
     * A name for people, in one line.
     *
     * @param max UTF-16 units
     * @param otherwise when it is missing or null; null when it is required
     */
    static String line(JsonNode body, String name, int max, @Nullable String otherwise) {
        JsonNode value = body.path(name);
        if ((value.isMissingNode() || value.isNull()) && otherwise != null) {
            return otherwise;
        }
        String text = value.isTextual() ? value.textValue().strip() : "";
        if (text.isEmpty() || text.length() > max) {
            throw Problem.badRequest("bad_" + name, name + " must be a string of 1 to " + max + " characters");
        }
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)
                || text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw Problem.badRequest("bad_" + name, name + " must have no control characters and no lone surrogates");
        }
        return text;
    }

    /** A query parameter; null when it is missing. */
    static @Nullable String parameter(Exchange exchange, String name) {
        List<String> values = exchange.query().get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    /** A query parameter that is a number; null when it is missing. */
    static @Nullable Long number(Exchange exchange, String name) {
        String value = parameter(exchange, name);
        return value == null ? null : Long.valueOf(number(value, name));
    }

    /** A query parameter that names a version. */
    static long version(Exchange exchange, String name) {
        Long value = number(exchange, name);
        if (value == null) {
            throw Problem.badRequest("bad_" + name, name + " is required: the number of a version");
        }
        return value;
    }

    /** What names a version, or null for what is durable now, which is called {@code current}. */
    static @Nullable Long versionOrCurrent(Exchange exchange, String name) {
        return "current".equals(parameter(exchange, name)) ? null : Long.valueOf(version(exchange, name));
    }

    /** A number of up to 18 digits. */
    static long number(String value, String name) {
        if (value.matches("[0-9]{1,18}")) {
            return Long.parseLong(value);
        }
        throw Problem.badRequest("bad_" + name, name + " must be a number");
    }
}
