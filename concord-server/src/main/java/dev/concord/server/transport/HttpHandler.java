package dev.concord.server.transport;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.concord.server.config.Limits;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.room.RoomView;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes HTTP requests. Everything is checked before any work; what blocks goes to the I/O threads. One request of a connection is
 * answered after the other, so that answers keep the order of pipelined requests and a client that does not read them gets no more.
 */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);
    private static final Pattern ROOM_PATH = Pattern.compile("/rooms/([^/]*)(/ws|/presence)?");
    private static final Pattern ROOM_ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

    /** Requests sent ahead of their answers on one connection, after which it is closed. */
    private static final int MAX_PIPELINED = 16;

    private final Services services;
    private final Deque<FullHttpRequest> pipelined = new ArrayDeque<>();
    private boolean busy;
    private @Nullable Future<?> deadline;

    HttpHandler(Services services) {
        this.services = services;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        expect(context, services.limits().handshake());
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
            expect(context, services.limits().handshake());
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
        expect(context, services.limits().idle());
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
        Matcher roomPath = ROOM_PATH.matcher(path);
        if (roomPath.matches()) {
            routeRoom(context, request, responses, uri, roomPath.group(1), roomPath.group(2));
            return;
        }
        if (!head && !request.method().equals(HttpMethod.GET)) {
            methodNotAllowed(responses, "GET, HEAD");
            return;
        }
        switch (path) {
            case "/healthz" -> responses.text(HttpResponseStatus.OK, "ok\n");
            case "/readyz" -> readiness(context, responses);
            case "/metrics" ->
                responses.send(
                        HttpResponseStatus.OK,
                        "text/plain; version=0.0.4; charset=utf-8",
                        services.metrics().get().getBytes(StandardCharsets.UTF_8));
            default -> page(context, responses, path.equals("/") ? "index.html" : path.substring(1));
        }
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

    private void routeRoom(
            ChannelHandlerContext context,
            FullHttpRequest request,
            Responses responses,
            QueryStringDecoder uri,
            String roomId,
            @Nullable String rest) {
        if (!ROOM_ID.matcher(roomId).matches()) {
            responses.problem(
                    HttpResponseStatus.BAD_REQUEST,
                    "bad_room_id",
                    "a room id has 1 to 128 characters of A-Z, a-z, 0-9, dot, underscore, tilde and hyphen");
            return;
        }
        boolean get =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (rest == null && request.method().equals(HttpMethod.PUT)) {
            putRoom(context, request, responses, roomId);
        } else if (!get) {
            methodNotAllowed(responses, rest == null ? "GET, HEAD, PUT" : "GET, HEAD");
        } else if (rest == null) {
            answer(roomId, responses, (room, to) -> to.json(HttpResponseStatus.OK, json(room.view())));
        } else if (rest.equals("/presence")) {
            answer(roomId, responses, (room, to) -> to.json(HttpResponseStatus.OK, presence(room)));
        } else {
            Upgrade upgrade = new Upgrade(services, context, request, responses, roomId, uri.parameters());
            if (upgrade.check()) {
                // Stays busy: what a client sends ahead of the handshake is not HTTP and is dropped.
                forget();
                upgrade.start();
            }
        }
    }

    private void putRoom(ChannelHandlerContext context, FullHttpRequest request, Responses responses, String roomId) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        if (!type.split(";", -1)[0].strip().equalsIgnoreCase("text/plain")) {
            responses.problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "not_text", "send the text as text/plain in UTF-8");
            return;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(ByteBufUtil.getBytes(request.content())))
                    .toString()
                    .replace("\r\n", "\n")
                    .replace('\r', '\n');
        } catch (CharacterCodingException e) {
            responses.problem(HttpResponseStatus.BAD_REQUEST, "not_utf8", "the body is not UTF-8");
            return;
        }
        if (text.length() > services.limits().roomChars()) {
            tooLarge(responses, services.limits());
            return;
        }
        services.rooms()
                .create(roomId, text)
                .whenComplete((made, failure) -> context.executor().execute(() -> {
                    if (failure != null) {
                        unavailable(responses, failure);
                    } else if (made) {
                        responses.json(
                                HttpResponseStatus.CREATED,
                                Responses.object().put("room", roomId).put("length", text.length()));
                    } else {
                        responses.problem(
                                HttpResponseStatus.CONFLICT,
                                "room_exists",
                                "there is a room of this name; choose another or edit this one");
                    }
                }));
    }

    /** Answers from the room's loop, bringing the room into memory when needed. */
    private void answer(String roomId, Responses responses, BiConsumer<Room, Responses> answer) {
        services.rooms().visit(roomId, false, new RoomDirectory.Visitor() {
            @Override
            public void enter(Room room) {
                answer.accept(room, responses);
            }

            @Override
            public void missing() {
                responses.problem(
                        HttpResponseStatus.NOT_FOUND,
                        "no_such_room",
                        "no such room; it is made by PUT or by opening it over a WebSocket");
            }

            @Override
            public void unavailable() {
                responses.problem(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        "room_unavailable",
                        "the room cannot be loaded just now; the server's log says why");
            }
        });
    }

    private void readiness(ChannelHandlerContext context, Responses responses) {
        services.readiness()
                .get()
                .whenComplete((problem, failure) -> context.executor().execute(() -> {
                    if (failure != null || !problem.isEmpty()) {
                        responses.problem(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "not_ready",
                                failure != null ? "the check failed" : problem);
                    } else {
                        responses.text(HttpResponseStatus.OK, "ready\n");
                    }
                }));
    }

    private void page(ChannelHandlerContext context, Responses responses, String name) {
        services.io().execute(() -> {
            var page = services.pages().find(name);
            context.executor()
                    .execute(() -> page.ifPresentOrElse(
                            found -> responses.send(HttpResponseStatus.OK, found.type(), found.content()),
                            () -> responses.problem(
                                    HttpResponseStatus.NOT_FOUND, "no_such_page", "there is nothing here")));
        });
    }

    private static void unavailable(Responses responses, Throwable failure) {
        LOG.warn("a room could not be made: {}", failure.toString());
        responses.problem(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "store_unavailable",
                "the store does not take it just now; try again later");
    }

    private static void tooLarge(Responses responses, Limits limits) {
        responses.problem(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "too_large",
                "a room may have " + limits.roomChars() + " characters");
    }

    private static void methodNotAllowed(Responses responses, String allowed) {
        responses.header(HttpHeaderNames.ALLOW, allowed);
        responses.problem(
                HttpResponseStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "this path takes " + allowed + " only");
    }

    private static com.fasterxml.jackson.databind.JsonNode json(RoomView view) {
        return Responses.object()
                .put("room", view.room())
                .put("text", view.text())
                .put("length", view.length())
                .put("op_seq", view.opSeq())
                .put("digest", view.digest())
                .put("epoch", view.epoch());
    }

    private static ArrayNode presence(Room room) {
        ArrayNode all = Responses.array();
        for (Message.Presence presence : room.present()) {
            all.addRawValue(new com.fasterxml.jackson.databind.util.RawValue(
                    new String(WireCodec.write(presence), StandardCharsets.UTF_8)));
        }
        return all;
    }
}
