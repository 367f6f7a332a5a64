package dev.concord.server.ws;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Right;
import dev.concord.server.config.Limits;
import dev.concord.server.input.InputBudget;
import dev.concord.server.input.NewRooms;
import dev.concord.server.room.Absence;
import dev.concord.server.room.Close;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import dev.concord.server.room.RoomDirectory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a checked request into a WebSocket: moves the channel to the room's event loop, so that a room and all its members share one thread,
 * shakes hands, and enters the room. One for each request.
 */
public final class Upgrade {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    private final RoomDirectory rooms;
    private final Access access;
    private final EventLoops loops;
    private final Limits limits;
    private final ChannelHandlerContext context;
    private final FullHttpRequest request;
    private final JoinRequest join;
    private final InputBudget input;
    private final NewRooms newRooms;
    private @Nullable WebSocketConnection connection;

    /**
     * An upgrade that has not begun.
     *
     * @param rooms where the room is
     * @param access lets people in
     * @param loops on which rooms and their members live
     * @param limits of the connection
     * @param input bounds what all connections hold that is not complete
     * @param newRooms bounds how many rooms are created
     * @param context of the handler that has the request; it is removed when the channel is a WebSocket
     * @param request a sound upgrade of version 13 with a key, from an origin that may connect
     * @param join which room, and what the client has of it
     */
    public Upgrade(
            RoomDirectory rooms,
            Access access,
            EventLoops loops,
            Limits limits,
            InputBudget input,
            NewRooms newRooms,
            ChannelHandlerContext context,
            FullHttpRequest request,
            JoinRequest join) {
        this.rooms = rooms;
        this.access = access;
        this.loops = loops;
        this.limits = limits;
        this.context = context;
        this.request = request;
        this.join = join;
        this.input = input;
        this.newRooms = newRooms;
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
            Unfinished unfinished = new Unfinished(
                    input.open(address(channel), () -> channel.eventLoop().execute(this::shed)));
            channel.closeFuture().addListener(closed -> unfinished.close());
            new WebSocketServerHandshaker13(request.uri(), null, decoder) {
                @Override
                protected WebSocketFrameDecoder newWebsocketDecoder() {
                    return new FrameDecoder(decoderConfig(), unfinished);
                }
            }.handshake(channel, request).addListener(shaken -> {
                // Not earlier: until then, the HTTP encoder is still in the way of frames.
                if (shaken.isSuccess()) {
                    welcome(channel, unfinished);
                } else {
                    channel.close();
                }
            });
        } catch (RuntimeException | Error e) {
            LOG.atWarn().addKeyValue("room", join.room()).setCause(e).log("a handshake failed");
            channel.close();
        } finally {
            request.release();
        }
    }

    private void shed() {
        WebSocketConnection open = connection;
        if (open != null) {
            open.close(Close.OVERLOADED);
        } else {
            context.channel().close();
        }
    }

    /**
     * The address under which a connection is counted; null for the server's own machine: what comes from there is the operator's own, or a
     * proxy that stands for many.
     */
    static @Nullable InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                        && remote.getAddress() != null
                        && !remote.getAddress().isLoopbackAddress()
                ? remote.getAddress()
                : null;
    }

    private void welcome(Channel channel, Unfinished unfinished) {
        int queue = limits.connections().queueBytes();
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(queue / 2, queue));
        WebSocketConnection member = new WebSocketConnection(join.room(), limits, unfinished);
        connection = member;
        member.install(channel.pipeline(), context);
        // Only a room that has to be created counts as a new one.
        member.identify(access, join.token(), () -> enter(member, false));
    }

    private void enter(WebSocketConnection connection, boolean create) {
        rooms.run(join.room(), create, new RoomCallback() {
            @Override
            public void enter(Room room) {
                if (join.epoch() != null && !join.epoch().equals(room.epoch())) {
                    connection.close(Close.OTHER_EPOCH);
                } else {
                    connection.joined(room, join.version());
                    if (create) {
                        rooms.createdBy(join.room(), room.epoch(), connection.user());
                    }
                }
            }

            @Override
            public void absent(Absence reason) {
                if (reason == Absence.MISSING && !create) {
                    make(connection);
                } else {
                    connection.close(reason == Absence.MISSING ? Close.NO_SUCH_ROOM : Close.OVERLOADED);
                }
            }
        });
    }

    /** Makes a room that is not there, unless it was deleted and the client still has what was in it. */
    private void make(WebSocketConnection connection) {
        String known = join.epoch();
        if (known == null) {
            makeNow(connection);
            return;
        }
        rooms.hasEnded(join.room(), known)
                .whenComplete((ended, away) -> context.channel().eventLoop().execute(() -> {
                    if (away != null) {
                        connection.close(Close.OVERLOADED);
                    } else if (ended) {
                        connection.close(Close.NO_SUCH_ROOM);
                    } else {
                        makeNow(connection);
                    }
                }));
    }

    private void makeNow(WebSocketConnection connection) {
        if (!connection.right().includes(Right.WRITE)) {
            // Nobody makes rooms by looking.
            connection.close(Close.NO_SUCH_ROOM);
        } else if (newRooms.take(address(context.channel()))) {
            enter(connection, true);
        } else {
            connection.close(Close.OVERLOADED);
        }
    }
}
