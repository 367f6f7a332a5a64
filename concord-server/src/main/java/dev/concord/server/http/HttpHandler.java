package dev.concord.server.http;

import dev.concord.server.config.Limits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands HTTP requests to their routes. One request of a connection is answered after the other, so that answers keep the order of
 * pipelined requests and a client that does not read them gets no more.
 */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);

    /** Requests sent ahead of their answers on one connection, after which it is closed. */
    private static final int MAX_PIPELINED = 16;

    private final RouteTable routes;
    private final Limits limits;
    private final Deque<FullHttpRequest> pipelined = new ArrayDeque<>();
    private boolean busy;
    private @Nullable Future<?> deadline;

    HttpHandler(RouteTable routes, Limits limits) {
        this.routes = routes;
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        expect(context, limits.connections().handshake());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        forget();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        forget();
        context.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!busy) {
            handle(context, request);
        } else if (pipelined.size() < MAX_PIPELINED) {
            pipelined.add(request.retain());
        } else {
            context.close();
        }
    }

    /** An answer has gone out. */
    private void answered(ChannelHandlerContext context) {
        busy = false;
        FullHttpRequest next = pipelined.poll();
        if (next == null) {
            expect(context, limits.connections().handshake());
            return;
        }
        try {
            handle(context, next);
        } finally {
            next.release();
        }
    }

    /** Closes the connection unless the next step is done in time: the whole of it, however busy the client drips. */
    private void expect(ChannelHandlerContext context, Duration within) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = context.executor()
                .schedule(
                        () -> {
                            context.close();
                        },
                        within.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void forget() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
        pipelined.forEach(FullHttpRequest::release);
        pipelined.clear();
    }

    private void handle(ChannelHandlerContext context, FullHttpRequest request) {
        busy = true;
        expect(context, limits.connections().idle());
        boolean sound = request.decoderResult().isSuccess();
        boolean head = request.method().equals(HttpMethod.HEAD);
        Responses responses =
                new Responses(context, head, sound && HttpUtil.isKeepAlive(request), () -> answered(context));
        if (!sound) {
            responses.problem(HttpResponseStatus.BAD_REQUEST, "bad_request", "this is not an HTTP/1.1 request");
            return;
        }
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        String path;
        try {
            path = uri.path();
            uri.parameters();
        } catch (IllegalArgumentException e) {
            responses.problem(
                    HttpResponseStatus.BAD_REQUEST, "bad_request", "the path or the query is not well formed");
            return;
        }
        routes.handle(new Exchange(context, request, responses, path, Map.of(), uri.parameters(), this::forget));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The client's doing, or its going: nothing that an operator must look at.
        if (!(cause instanceof IOException) && !(cause instanceof CodecException)) {
            LOG.atError()
                    .addKeyValue("connection", context.channel().id().asShortText())
                    .setCause(cause)
                    .log("unexpected fault in a request, closing the connection");
        }
        context.close();
    }
}
