package dev.concord.server.transport;

import dev.concord.server.room.Absence;
import dev.concord.server.room.Close;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a request into a WebSocket: checks it, moves the channel to the room's event loop, so that a room and all its members share
 * one thread, shakes hands, and enters the room.
 */
final class Upgrade {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);
    private static final String VERSION_13 = "13";

    private final Services services;
    private final ChannelHandlerContext context;
    private final FullHttpRequest request;
    private final Responses responses;
    private final String roomId;
    private final Map<String, List<String>> parameters;

    Upgrade(
            Services services,
            ChannelHandlerContext context,
            FullHttpRequest request,
            Responses responses,
            String roomId,
            Map<String, List<String>> parameters) {
        this.services = services;
        this.context = context;
        this.request = request;
        this.responses = responses;
        this.roomId = roomId;
        this.parameters = parameters;
    }

    /** Whether the request may become a WebSocket; if not, it has been answered. */
    boolean check() {
        if (!request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            responses.problem(
                    HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", "this path is for WebSockets only");
            return false;
        }
        if (!VERSION_13.equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            responses.header(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION_13);
            responses.problem(
                    HttpResponseStatus.UPGRADE_REQUIRED, "upgrade_required", "WebSockets of version 13 are understood");
            return false;
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (!services.origins().allows(origin, request.headers().get(HttpHeaderNames.HOST))) {
            responses.problem(
                    HttpResponseStatus.FORBIDDEN,
                    "origin_not_allowed",
                    "pages of this origin may not connect; the operator allows them with CONCORD_ALLOWED_ORIGINS");
            return false;
        }
        return true;
    }

    /** Goes on with a checked request. Nothing else is read from the connection until it is a WebSocket. */
    void start() {
        request.retain();
        Channel channel = context.channel();
        EventLoop target = services.loops().of(roomId).eventLoop();
        if (channel.eventLoop() == target) {
            shakeHands();
            return;
        }
        // Nothing may be read while the channel belongs to no loop.
        channel.config().setAutoRead(false);
        channel.deregister()
                .addListener(left -> target.register(channel).addListener(arrived -> {
                    if (arrived.isSuccess()) {
                        shakeHands();
                        channel.config().setAutoRead(true);
                    } else {
                        request.release();
                        channel.close();
                    }
                }));
    }

    private void shakeHands() {
        Channel channel = context.channel();
        WebSocketDecoderConfig decoder = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(services.limits().frameBytes())
                .allowExtensions(false)
                .closeOnProtocolViolation(false)
                .build();
        try {
            new WebSocketServerHandshaker13(request.uri(), null, decoder)
                    .handshake(channel, request)
                    .addListener(shaken -> {
                        // Not earlier: until then, the HTTP encoder is still in the way of frames.
                        if (shaken.isSuccess()) {
                            welcome(channel);
                        } else {
                            channel.close();
                        }
                    });
        } catch (WebSocketHandshakeException e) {
            responses.problem(HttpResponseStatus.BAD_REQUEST, "bad_handshake", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("room", roomId).setCause(e).log("a handshake failed");
            channel.close();
        } finally {
            request.release();
        }
    }

    private void welcome(Channel channel) {
        int queue = services.limits().memberQueueBytes();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(queue / 2, queue));
        WebSocketConnection connection = new WebSocketConnection(context, roomId, services.limits());
        install(channel.pipeline(), connection);
        enter(connection);
    }

    private void install(ChannelPipeline pipeline, WebSocketConnection connection) {
        long idle = services.limits().idle().toMillis();
        pipeline.addLast(new IdleStateHandler(idle, idle / 3, 0, TimeUnit.MILLISECONDS));
        pipeline.addLast(new WebSocketFrameAggregator(services.limits().frameBytes()));
        pipeline.addLast(connection);
        pipeline.remove(HttpHandler.class);
    }

    private void enter(WebSocketConnection connection) {
        byte[] version = base64("version");
        String epoch = parameter("epoch");
        services.rooms().run(roomId, true, new RoomCallback() {
            @Override
            public void enter(Room room) {
                if (epoch != null && !epoch.equals(room.epoch())) {
                    connection.close(Close.OTHER_EPOCH);
                } else {
                    connection.joined(room, version);
                }
            }

            @Override
            public void absent(Absence reason) {
                connection.close(reason == Absence.MISSING ? Close.NO_SUCH_ROOM : Close.OVERLOADED);
            }
        });
    }

    private @Nullable String parameter(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    private byte @Nullable [] base64(String name) {
        String value = parameter(name);
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
