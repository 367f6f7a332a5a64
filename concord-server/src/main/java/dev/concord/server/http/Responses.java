package dev.concord.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.stream.ChunkedStream;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/** Writes HTTP responses; each request gets exactly one. */
final class Responses {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";

    /** So much of a long answer is handed to the channel at a time. */
    private static final int PIECE = 32 << 10;

    private static final String POLICY =
            "default-src 'none'; script-src 'self'%s; style-src 'self'; connect-src 'self'; "
                    + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final ChannelHandlerContext context;
    private final boolean head;
    private final boolean keepAlive;
    private final Runnable written;
    private final LargeAnswers large;
    private final DefaultHttpHeaders extra = new DefaultHttpHeaders();

    /** The answer to one request; {@code written} is run on the channel's loop when it has gone out and another may follow. */
    Responses(ChannelHandlerContext context, boolean head, boolean keepAlive, LargeAnswers large, Runnable written) {
        this.context = context;
        this.head = head;
        this.keepAlive = keepAlive;
        this.written = written;
        this.large = large;
    }

    /** Adds a header to the answer to come. */
    void header(CharSequence name, String value) {
        extra.set(name, value);
    }

    void send(HttpResponseStatus status, String type, byte[] body) {
        send(status, type, body, POLICY.formatted(""));
    }

    /** A file, compressed for those who take that; only a word that it is still the same for those who have it. */
    void page(Pages.Page page, HttpHeaders request) {
        header(HttpHeaderNames.ETAG, page.tag());
        header(HttpHeaderNames.VARY, "Accept-Encoding");
        boolean known = page.tag().equals(request.get(HttpHeaderNames.IF_NONE_MATCH));
        byte[] body = page.content();
        byte[] gzip = page.gzip();
        if (known) {
            body = new byte[0];
        } else if (gzip != null
                && request.get(HttpHeaderNames.ACCEPT_ENCODING, "").contains("gzip")) {
            header(HttpHeaderNames.CONTENT_ENCODING, "gzip");
            body = gzip;
        }
        String policy = POLICY.formatted(page.importMapHash().map(" "::concat).orElse(""));
        send(known ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK, page.type(), body, policy);
    }

    private void send(HttpResponseStatus status, String type, byte[] body, String policy) {
        if (head || !LargeAnswers.isLarge(body)) {
            ByteBuf content = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
            DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
            addHeaders(response, type, body.length, policy);
            context.writeAndFlush(response).addListener(this::sent);
        } else if (large.hold(body)) {
            DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
            addHeaders(response, type, body.length, policy);
            stream(response, body);
        } else {
            problem(new Problem(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "busy",
                    "too many long answers are on their way; try again a little later"));
        }
    }

    /** Sends a long answer as fast as it is taken: what waits in the channel is never more than a piece of it. */
    private void stream(HttpResponse response, byte[] body) {
        ChunkedWriteHandler pieces = new ChunkedWriteHandler();
        context.pipeline().addBefore(context.name(), null, pieces);
        context.write(response);
        context.writeAndFlush(new HttpChunkedInput(new ChunkedStream(new ByteArrayInputStream(body), PIECE)))
                .addListener(sent -> {
                    large.release(body);
                    if (!context.isRemoved() && context.pipeline().context(pieces) != null) {
                        context.pipeline().remove(pieces);
                    }
                    sent(sent);
                });
    }

    private void addHeaders(HttpResponse response, String type, int length, String policy) {
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set("X-Content-Type-Options", "nosniff")
                .set("Referrer-Policy", "no-referrer")
                .set("Content-Security-Policy", policy);
        response.headers()
                .setAll(extra)
                .set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    }

    private void sent(Future<? super Void> sent) {
        if (keepAlive && sent.isSuccess()) {
            written.run();
        } else {
            context.close();
        }
    }

    void text(HttpResponseStatus status, String text) {
        send(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void json(HttpResponseStatus status, byte[] body) {
        // A text is nobody's to keep on the way.
        header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE.toString());
        send(status, JSON, body);
    }

    /** It is done, and there is nothing to say about it. */
    void empty() {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers()
                .setAll(extra)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(this::sent);
    }

    /** A refusal. */
    void problem(Problem problem) {
        problem.headers().forEach(this::header);
        send(problem.status(), Problem.TYPE, bytes(problem.json()));
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
