package dev.concord.server.ws;

import dev.concord.server.config.Limits;
import dev.concord.server.room.Absence;
import dev.concord.server.room.Close;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import dev.concord.server.room.RoomDirectory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a checked request into a WebSocket: moves the channel to the room's event loop, so that a room and all its members share one thread,
 * shakes hands, and enters the room. One for each request.
 */
public final class Upgrade {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    private final RoomDirectory rooms;
    private final EventLoops loops;
    private final Limits limits;
    private final ChannelHandlerContext context;
    private final FullHttpRequest request;
    private final JoinRequest join;

    /**
     * An upgrade that has not begun.
     *
     * @param rooms where the room is
     * @param loops on which rooms and their members live
     * @param limits of the connection
     * @param context of the handler that has the request; it is removed when the channel is a WebSocket
     * @param request a sound upgrade of version 13 with a key, from an origin that may connect
     * @param join which room, and what the client has of it
     */
    public Upgrade(
            RoomDirectory rooms,
            EventLoops loops,
            Limits limits,
            ChannelHandlerContext context,
            FullHttpRequest request,
            JoinRequest join) {
        this.rooms = rooms;
        this.loops = loops;
        this.limits = limits;
        this.context = context;
        this.request = request;
        this.join = join;
    }

    /** Begins, on the channel's event loop. Nothing else is read from the connection until it is a WebSocket. */
    public void start() {
        request.retain();
        Channel channel = context.channel();
        EventLoop target = loops.eventLoop(join.room());
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
                .maxFramePayloadLength(limits.connections().frameBytes())
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
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("room", join.room()).setCause(e).log("a handshake failed");
            channel.close();
        } finally {
            request.release();
        }
    }

    private void welcome(Channel channel) {
        int queue = limits.connections().queueBytes();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(queue / 2, queue));
        WebSocketConnection connection = new WebSocketConnection(context, join.room(), limits);
        install(channel.pipeline(), connection);
        enter(connection);
    }

    private void install(ChannelPipeline pipeline, WebSocketConnection connection) {
        long idle = limits.connections().idle().toMillis();
        pipeline.addLast(new IdleStateHandler(idle, idle / 3, 0, TimeUnit.MILLISECONDS));
        pipeline.addLast(new WebSocketFrameAggregator(limits.connections().frameBytes()));
        pipeline.addLast(connection);
        pipeline.remove(context.handler());
    }

    private void enter(WebSocketConnection connection) {
        rooms.run(join.room(), true, new RoomCallback() {
            @Override
            public void enter(Room room) {
                if (join.epoch() != null && !join.epoch().equals(room.epoch())) {
                    connection.close(Close.OTHER_EPOCH);
                } else {
                    connection.joined(room, join.version());
                }
            }

            @Override
            public void absent(Absence reason) {
                connection.close(reason == Absence.MISSING ? Close.NO_SUCH_ROOM : Close.OVERLOADED);
            }
        });
    }
}
