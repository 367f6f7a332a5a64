package dev.concord.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.concord.server.refusal.Refusal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why a request is not answered with what it asked for, as RFC 9457 has it, with a stable code for programs. Thrown by whatever answers requests. */
final class Problem extends RuntimeException {
    /** The media type of a problem. */
    static final String TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

    private final transient HttpResponseStatus status;
    private final String code;
    private final transient Map<String, String> headers;

    Problem(HttpResponseStatus status, String code, String detail) {
        this(status, code, detail, Map.of());
    }

    /**
     * A problem whose answer has headers of its own.
     *
     * @param code stable, for programs
     * @param detail what is wrong and what to do, for people
     */
    Problem(HttpResponseStatus status, String code, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.headers = headers;
    }

    static Problem badRequest(String code, String detail) {
        return new Problem(HttpResponseStatus.BAD_REQUEST, code, detail);
    }

    /** What a failure is for the client. A fault of the server is logged, and no word of it goes out. */
    static Problem of(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause instanceof Problem known) {
            return known;
        }
        if (cause instanceof Refusal refusal) {
            return new Problem(status(refusal.kind()), refusal.code(), refusal.detail());
        }
        LOG.error("a request failed", cause);
        return new Problem(
                HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal", "an unexpected fault; see the server's log");
    }

    private static HttpResponseStatus status(Refusal.Kind kind) {
        return switch (kind) {
            case INVALID -> HttpResponseStatus.BAD_REQUEST;
            case FORBIDDEN -> HttpResponseStatus.FORBIDDEN;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case CONFLICT -> HttpResponseStatus.CONFLICT;
            case GONE -> HttpResponseStatus.GONE;
            case TOO_LARGE -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
            case RATE_LIMITED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case INTERNAL -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
            case UPSTREAM -> HttpResponseStatus.BAD_GATEWAY;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
        };
    }

    /** Stable, for programs. */
    String code() {
        return code;
    }

    HttpResponseStatus status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "about:blank")
                .put("title", status.reasonPhrase())
                .put("status", status.code())
                .put("code", code)
                .put("detail", String.valueOf(getMessage()));
    }
}
