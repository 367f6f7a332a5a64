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
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
    private final Hosts hosts;
    private final RefusedUpgrades refusedUpgrades;
    private final Limits limits;
    private final LargeAnswers large;
    private final Deque<FullHttpRequest> pipelined = new ArrayDeque<>();
    private boolean busy;
    private boolean left;
    private @Nullable Future<?> deadline;

    HttpHandler(RouteTable routes, Hosts hosts, RefusedUpgrades refusedUpgrades, Limits limits, LargeAnswers large) {
        this.routes = routes;
        this.hosts = hosts;
        this.refusedUpgrades = refusedUpgrades;
        this.limits = limits;
        this.large = large;
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
        if (left) {
            // Sent ahead of an upgrade's answer: it is no request any more.
            return;
        }
        if (!busy) {
            handle(context, request);
        } else if (pipelined.size() < MAX_PIPELINED) {
            // No more is read until this one has its turn: its body is held meanwhile.
            context.channel().config().setAutoRead(false);
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
            context.channel().config().setAutoRead(true);
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

    /** The channel becomes something else than HTTP. */
    private void leave(ChannelHandlerContext context) {
        left = true;
        forget();
        if (context.pipeline().get(BodyGate.class) != null) {
            context.pipeline().remove(BodyGate.class);
        }
        context.channel().config().setAutoRead(true);
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
                new Responses(context, head, sound && HttpUtil.isKeepAlive(request), large, () -> answered(context));
        if (!sound) {
            responses.problem(malformed(request.decoderResult().cause()));
            return;
        }
        try {
            hosts.check(request);
            routes.handle(exchange(context, request, responses));
        } catch (RuntimeException refused) {
            Problem problem = Problem.of(refused);
            refusedUpgrades.answered(request, context.channel(), problem);
            responses.problem(problem);
        }
    }

    private Exchange exchange(ChannelHandlerContext context, FullHttpRequest request, Responses responses) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        List<String> path;
        try {
            path = RouteTable.parts(uri.rawPath());
            uri.parameters();
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("bad_request", "the path or the query is not well formed");
        }
        return new Exchange(context, request, responses, path, Map.of(), uri.parameters(), null, () -> leave(context));
    }

    private static Problem malformed(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Problem(HttpResponseStatus.REQUEST_URI_TOO_LONG, "uri_too_long", "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Problem(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "headers_too_large",
                    "the headers are too large");
        }
        return Problem.badRequest("bad_request", "this is not an HTTP/1.1 request");
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
