package dev.concord.server.ws;

import dev.concord.server.config.Limits;
import dev.concord.server.room.Close;
import dev.concord.server.room.Frames;
import dev.concord.server.room.Member;
import dev.concord.server.room.Room;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket, as a member of one room. The channel has been moved to the room's event loop, so everything here runs on one
 * thread.
 */
final class WebSocketConnection extends SimpleChannelInboundHandler<WebSocketFrame> implements Member {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    /** Frames that cannot be read at all, after which a client is beyond repair. */
    private static final int MAX_FAULTS_IN_A_ROW = 1000;
    /** What keeping a frame costs besides its bytes. */
    private static final int FRAME_OVERHEAD = 64;

    private final ChannelHandlerContext channel;
    private final String roomId;
    private final Limits limits;
    private final OpRate rate;
    private final Queue<byte[]> beforeJoining = new ArrayDeque<>();
    private int bytesBeforeJoining;
    private @Nullable Room room;
    private int faultsInARow;
    private boolean closing;

    WebSocketConnection(ChannelHandlerContext channel, String roomId, Limits limits) {
        this.channel = channel;
        this.roomId = roomId;
        this.limits = limits;
        this.rate = new OpRate(limits.connections().opsPerSecond(), System.nanoTime());
    }

    /** The room is in memory: join it and take what has come meanwhile. */
    void joined(Room entered, byte @Nullable [] version) {
        if (!channel.channel().isActive() || closing) {
            return;
        }
        room = entered;
        entered.join(this, version);
        for (byte[] frame = beforeJoining.poll(); frame != null && !closing; frame = beforeJoining.poll()) {
            receive(frame, entered);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (closing) {
            return;
        }
        if (frame instanceof TextWebSocketFrame) {
            ByteBuf content = frame.content();
            byte[] json = ByteBufUtil.getBytes(content);
            Room entered = room;
            if (entered != null) {
                receive(json, entered);
            } else {
                waitForRoom(json);
            }
        } else if (frame instanceof PingWebSocketFrame) {
            // Nobody who sends pings and reads nothing may fill the heap with pongs.
            if (isWritable()) {
                context.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (frame instanceof CloseWebSocketFrame) {
            goodbye(frame.retain()).addListener(ChannelFutureListener.CLOSE);
        } else if (!(frame instanceof PongWebSocketFrame) && room != null) {
            room.refuse(this, ErrorCode.MALFORMED, "only text frames are understood", null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        if (room != null) {
            room.leave(this);
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && room != null) {
            room.writable(this);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent idle) {
            if (idle.state() == IdleState.READER_IDLE) {
                close(Close.IDLE);
            } else {
                context.writeAndFlush(new PingWebSocketFrame());
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        boolean tooLong = cause instanceof TooLongFrameException
                || (cause instanceof CorruptedWebSocketFrameException corrupted
                        && corrupted.closeStatus().code() == 1009);
        if (tooLong) {
            if (room != null) {
                room.refuse(
                        this,
                        ErrorCode.TOO_LARGE,
                        "a frame may have " + limits.connections().frameBytes() + " bytes; send large texts in pieces",
                        null);
            }
            close(Close.TOO_LARGE);
        } else if (cause instanceof CorruptedWebSocketFrameException) {
            if (room != null) {
                room.refuse(this, ErrorCode.MALFORMED, "not a WebSocket frame: " + cause.getMessage(), null);
            }
            close(Close.MALFORMED);
        } else {
            if (!(cause instanceof IOException) && !(cause instanceof CodecException)) {
                LOG.atError()
                        .addKeyValue("room", roomId)
                        .addKeyValue("connection", id())
                        .setCause(cause)
                        .log("unexpected fault, closing the connection");
            }
            context.close();
        }
    }

    @Override
    public String id() {
        return channel.channel().id().asShortText();
    }

    @Override
    public boolean isWritable() {
        return channel.channel().isWritable();
    }

    @Override
    public void send(Frames.Frame frame) {
        if (closing) {
            return;
        }
        channel.write(((NettyFrames.NettyFrame) frame).bytes.retainedDuplicate(), channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void close(Close why) {
        if (closing) {
            return;
        }
        // What still comes is not looked at any more.
        channel.pipeline().addFirst(new Drain());
        goodbye(new CloseWebSocketFrame(why.code(), why.reason())).addListener(written -> {
            // Half of it: closing a socket with unread bytes in it resets it, and the other side might never see why.
            if (channel.channel() instanceof DuplexChannel socket && written.isSuccess()) {
                socket.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    private static final class Drain extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            ReferenceCountUtil.release(bytes);
        }
    }

    /** Writes the last frame and leaves the room. The connection does not wait for ever for a peer that does not read it. */
    private ChannelFuture goodbye(WebSocketFrame last) {
        closing = true;
        if (room != null) {
            room.leave(this);
        }
        beforeJoining.clear();
        ChannelFuture written = channel.writeAndFlush(last);
        Future<?> end = channel.executor()
                .schedule(
                        () -> {
                            channel.channel().close();
                        },
                        limits.connections().handshake().toMillis(),
                        TimeUnit.MILLISECONDS);
        channel.channel().closeFuture().addListener(closed -> end.cancel(false));
        return written;
    }

    private void waitForRoom(byte[] json) {
        bytesBeforeJoining += json.length + FRAME_OVERHEAD;
        if (bytesBeforeJoining > limits.connections().queueBytes()) {
            close(Close.OVERLOADED);
        } else {
            beforeJoining.add(json);
        }
    }

    private void receive(byte[] json, Room entered) {
        WireCodec.read(json, new WireCodec.Reader() {
            @Override
            public void message(Message message) {
                if (closing || message instanceof Message.Unknown) {
                    return;
                }
                faultsInARow = 0;
                take(message, entered);
            }

            @Override
            public void fault(WireException fault) {
                if (closing) {
                    return;
                }
                entered.refuse(WebSocketConnection.this, fault.code(), String.valueOf(fault.getMessage()), fault.seq());
                faultsInARow++;
                if (faultsInARow >= MAX_FAULTS_IN_A_ROW) {
                    close(Close.MALFORMED);
                }
            }
        });
    }

    private void take(Message message, Room entered) {
        if (message instanceof Message.Op op) {
            if (rate.take(System.nanoTime())) {
                entered.receive(this, op);
            } else {
                entered.refuse(
                        this,
                        ErrorCode.RATE_LIMITED,
                        "more than " + limits.connections().opsPerSecond()
                                + " ops a second; send it again a little later",
                        op.seq());
            }
        } else if (message instanceof Message.Presence presence) {
            if (WireCodec.write(presence).length > limits.presence().bytes()) {
                entered.refuse(
                        this,
                        ErrorCode.TOO_LARGE,
                        "a presence message may have " + limits.presence().bytes() + " bytes",
                        null);
            } else if (!presence.color().matches("|#[0-9a-fA-F]{3,8}")) {
                entered.refuse(this, ErrorCode.MALFORMED, "color: must be a hex colour like #2DD4BF", null);
            } else {
                entered.receive(this, presence);
            }
        }
    }
}
