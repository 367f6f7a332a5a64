package dev.concord.server.ws;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Right;
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
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    /** Messages other than ops, and burst: clients send presence some 30 times a second at most. */
    private static final int MAX_OTHERS_PER_SECOND = 200;
    /** From here on, close codes are not defined. */
    private static final int UNDEFINED_CODES = 5000;
    /** Small frames are copied together up to so many bytes: a pass through the pipeline costs more than they do. */
    private static final int GATHERED_BYTES = 8192;
    /** Frames up to this size are small. */
    private static final int SMALL_FRAME = 1024;
    /** What keeping a frame costs besides its bytes. */
    private static final int FRAME_OVERHEAD = 64;

    private final String roomId;
    private final Limits limits;
    private final TokenBucket rate;
    private final TokenBucket bytes;
    /** Presence, pings, pongs and what is not understood. */
    private final TokenBucket others = new TokenBucket(MAX_OTHERS_PER_SECOND, System.nanoTime());

    private final Unfinished unfinished;
    private final Queue<byte[]> beforeJoining = new ArrayDeque<>();
    private int bytesBeforeJoining;
    private Message.@Nullable Presence latePresence;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> pings;
    private @Nullable Pulse pulse;
    private @Nullable Identity identity;
    private @Nullable Room room;
    private int faultsInARow;
    private boolean closing;
    /** Small frames that were sent since the last flush: one shared frame, or a copy of several. */
    private @Nullable ByteBuf gathered;

    private boolean isCopy;

    WebSocketConnection(String roomId, Limits limits, Unfinished unfinished) {
        this.unfinished = unfinished;
        this.roomId = roomId;
        this.limits = limits;
        this.rate = new TokenBucket(limits.connections().opsPerSecond(), System.nanoTime());
        this.bytes = new TokenBucket(limits.connections().opBytesPerSecond(), System.nanoTime());
    }

    /**
     * Makes the pipeline that of a WebSocket whose frames have their codec already.
     *
     * @param before of the handler that had the connection until now; it is removed
     */
    void install(ChannelPipeline pipeline, ChannelHandlerContext before) {
        pipeline.addLast(new IdleStateHandler(limits.connections().idle().toMillis(), 0, 0, TimeUnit.MILLISECONDS));
        pipeline.addLast(new WebSocketFrameAggregator(limits.connections().frameBytes()));
        pipeline.addLast(this);
        pipeline.remove(before.handler());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        // By the clock and not by what is written: a member that only receives is never silent in that direction, and
        // yet only its pongs show that it is still there.
        long every = limits.connections().idle().toMillis() / 3;
        pings = added.executor().scheduleAtFixedRate(this::ping, every, every, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        stopTimers();
        dropGathered();
    }

    /** Where this connection stands in its pipeline. */
    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("the connection is in no pipeline");
        }
        return context;
    }

    private void ping() {
        ChannelHandlerContext here = context();
        if (unfinished.isOlderThan(
                limits.connections().idle().toNanos() / 2,
                here.executor().ticker().nanoTime())) {
            // Pongs between the parts are a sign of life, and yet the message never comes.
            close(Close.IDLE);
        }
        // Even when much waits to be written: only an answer shows that a slow reader is still there.
        if (!closing) {
            here.writeAndFlush(new PingWebSocketFrame());
        }
    }

    private void stopTimers() {
        if (pings != null) {
            pings.cancel(false);
            pings = null;
        }
        if (pulse != null) {
            pulse.stop();
            pulse = null;
        }
        if (identity != null) {
            identity.stop();
        }
    }

    /**
     * Finds out who is behind the connection; until then nothing is sent and nothing is taken.
     *
     * @param token what came with the upgrade
     * @param admitted is called once it is known that the room may be opened
     */
    void identify(Access access, @Nullable String token, Runnable admitted) {
        Identity asked = new Identity(roomId, access, this, limits.connections().handshake(), admitted);
        identity = asked;
        asked.start(token);
    }

    private Identity identity() {
        Identity known = identity;
        if (known == null) {
            throw new IllegalStateException("nobody has asked who this is");
        }
        return known;
    }

    @Override
    public Right right() {
        return identity().right();
    }

    @Override
    public String user() {
        return identity().user();
    }

    boolean isClosing() {
        return closing;
    }

    /** A frame has waited for the answer to who this is; null for none. */
    byte @Nullable [] firstFrame() {
        return beforeJoining.poll();
    }

    /** The right has changed; who has none any more has been closed. */
    void rightChanged() {
        if (room != null && !closing) {
            room.rightChanged(this);
        }
    }

    /** Sends a message of the connection's own, which no room knows; only after the first sync. */
    void sendOwn(Message message) {
        byte[] json = WireCodec.write(message);
        writeGathered();
        context()
                .writeAndFlush(new TextWebSocketFrame(
                        context().alloc().buffer(json.length).writeBytes(json)));
    }

    /** The room is in memory: join it and take what has come meanwhile. */
    void joined(Room entered, byte @Nullable [] version) {
        if (!context().channel().isActive() || closing) {
            return;
        }
        room = entered;
        try {
            // Not earlier: the first frame that a client may get is the sync.
            pulse = new Pulse(context());
            entered.join(this, version);
            for (byte[] frame = beforeJoining.poll(); frame != null && !closing; frame = beforeJoining.poll()) {
                receive(frame, entered);
            }
        } catch (RuntimeException | Error fault) {
            // No handler of the pipeline sees what is thrown here, and the client would wait for answers for ever.
            exceptionCaught(context(), fault);
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
            if (!isUtf8(content, json)) {
                close(Close.NOT_UTF8);
                return;
            }
            Room entered = room;
            if (entered != null) {
                receive(json, entered);
            } else if (identity == null || !identity.takes(json)) {
                waitForRoom(json);
            }
        } else if (frame instanceof PingWebSocketFrame) {
            // Nobody who sends pings and reads nothing may fill the heap with pongs.
            if (isWithinRate() && isWritable()) {
                context.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (frame instanceof CloseWebSocketFrame end) {
            goodbye(answer(end)).addListener(ChannelFutureListener.CLOSE);
        } else if (frame instanceof PongWebSocketFrame) {
            isWithinRate();
        } else {
            if (room != null) {
                room.refuse(this, ErrorCode.MALFORMED, "only text frames are accepted", null);
            }
            countFault();
        }
    }

    /** Whether something besides ops may be taken; if not, that is a fault. */
    private boolean isWithinRate() {
        if (others.take(System.nanoTime())) {
            return true;
        }
        countFault();
        return false;
    }

    /** The same code; but none from 5000 on, which are not defined at all (RFC 6455, section 7.4.2). */
    private static CloseWebSocketFrame answer(CloseWebSocketFrame end) {
        return end.statusCode() < UNDEFINED_CODES
                ? end.retain()
                : new CloseWebSocketFrame(WebSocketCloseStatus.PROTOCOL_ERROR);
    }

    private static boolean isUtf8(ByteBuf content, byte[] bytes) {
        for (byte one : bytes) {
            if (one < 0) {
                return ByteBufUtil.isText(content, StandardCharsets.UTF_8);
            }
        }
        return true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        stopTimers();
        dropGathered();
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
        if (event instanceof IdleStateEvent) {
            close(Close.IDLE);
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
        return context().channel().id().asShortText();
    }

    @Override
    public Object origin() {
        Object address = Upgrade.address(context().channel());
        // A proxy on this machine stands for many.
        return address == null ? this : address;
    }

    @Override
    public boolean isWritable() {
        Channel channel = context().channel();
        return channel.isWritable() && (gathered == null || gathered.readableBytes() < channel.bytesBeforeUnwritable());
    }

    @Override
    public void send(Frames.Frame frame) {
        if (closing) {
            return;
        }
        ByteBuf bytes = ((NettyFrames.NettyFrame) frame).bytes;
        if (bytes.readableBytes() > SMALL_FRAME) {
            writeGathered();
            write(bytes.retainedDuplicate());
        } else {
            gather(bytes);
        }
    }

    private void gather(ByteBuf frame) {
        ByteBuf before = gathered;
        if (before == null) {
            gathered = frame.retainedDuplicate();
            isCopy = false;
        } else if (isCopy && before.maxWritableBytes() >= frame.readableBytes()) {
            before.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
        } else if (isCopy) {
            write(before);
            gathered = frame.retainedDuplicate();
            isCopy = false;
        } else {
            // It grows with what comes: a member that reads nothing would keep many, and its bound counts what is in
            // them.
            ByteBuf copy =
                    context().alloc().directBuffer(before.readableBytes() + frame.readableBytes(), GATHERED_BYTES);
            copy.writeBytes(before);
            copy.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
            before.release();
            gathered = copy;
            isCopy = true;
        }
    }

    private void writeGathered() {
        ByteBuf bytes = gathered;
        if (bytes != null) {
            gathered = null;
            write(bytes);
        }
    }

    private void dropGathered() {
        ByteBuf bytes = gathered;
        if (bytes != null) {
            gathered = null;
            bytes.release();
        }
    }

    private void write(ByteBuf frames) {
        ChannelHandlerContext here = context();
        here.write(frames, here.voidPromise());
    }

    @Override
    public void flush() {
        if (pulse != null) {
            pulse.sent();
        }
        writeGathered();
        context().flush();
        if (identity != null) {
            identity.flushed();
        }
    }

    @Override
    public void close(Close why) {
        if (closing) {
            return;
        }
        ignoreInput();
        goodbye(new CloseWebSocketFrame(why.code(), why.reason())).addListener(written -> {
            // Half of it: closing a socket with unread bytes in it resets it, and the other side might never see why.
            if (context().channel() instanceof DuplexChannel socket && written.isSuccess()) {
                socket.shutdownOutput();
            } else {
                context().close();
            }
        });
    }

    /** What still comes is not looked at any more, and what has come of an unfinished message is let go. */
    private void ignoreInput() {
        ChannelPipeline pipeline = context().pipeline();
        if (pipeline.get(FrameDecoder.class) != null) {
            pipeline.replace(FrameDecoder.class, "drain", new Drain());
        }
        if (pipeline.get(WebSocketFrameAggregator.class) != null) {
            pipeline.remove(WebSocketFrameAggregator.class);
        }
        unfinished.close();
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
        stopTimers();
        if (room != null) {
            room.leave(this);
        }
        beforeJoining.clear();
        writeGathered();
        ChannelFuture written = context().writeAndFlush(last);
        Future<?> end = context()
                .executor()
                .schedule(
                        () -> {
                            context().channel().close();
                        },
                        limits.connections().handshake().toMillis(),
                        TimeUnit.MILLISECONDS);
        context().channel().closeFuture().addListener(closed -> end.cancel(false));
        return written;
    }

    private void waitForRoom(byte[] json) {
        bytesBeforeJoining += json.length + FRAME_OVERHEAD;
        if (identity != null && !identity.isKnown() && bytesBeforeJoining > Identity.MAX_BYTES) {
            close(Close.NOT_AUTHENTICATED);
        } else if (bytesBeforeJoining > limits.connections().queueBytes()) {
            close(Close.OVERLOADED);
        } else {
            beforeJoining.add(json);
        }
    }

    private void receive(byte[] json, Room entered) {
        boolean withinBytes = bytes.take(System.nanoTime(), json.length);
        WireCodec.read(json, new WireCodec.Reader() {
            @Override
            public void message(Message message) {
                if (closing) {
                    return;
                }
                if (message instanceof Message.Op op) {
                    faultsInARow = 0;
                    take(op, withinBytes, entered);
                } else if (!others.take(System.nanoTime())) {
                    tooMany(message, entered);
                } else if (message instanceof Message.Presence presence) {
                    faultsInARow = 0;
                    entered.receive(WebSocketConnection.this, identity().of(presence), json.length);
                } else if (message instanceof Message.Auth auth) {
                    identity().replace(auth.token());
                }
            }

            @Override
            public void fault(WireException fault) {
                if (closing) {
                    return;
                }
                entered.refuse(WebSocketConnection.this, fault.code(), String.valueOf(fault.getMessage()), fault.seq());
                countFault();
            }
        });
    }

    private void countFault() {
        faultsInARow++;
        if (faultsInARow >= MAX_FAULTS_IN_A_ROW) {
            close(Close.MALFORMED);
        }
    }

    /** Of presence the newest is kept and shown a little later; everything else above the rate is dropped. */
    private void tooMany(Message message, Room entered) {
        countFault();
        if (message instanceof Message.Presence presence && !closing) {
            if (latePresence == null) {
                context().executor().schedule(() -> showLatePresence(entered), 1, TimeUnit.SECONDS);
            }
            latePresence = identity().of(presence);
        }
    }

    private void showLatePresence(Room entered) {
        Message.Presence late = latePresence;
        latePresence = null;
        if (late != null && !closing) {
            entered.receive(this, late, Integer.MAX_VALUE);
        }
    }

    private void take(Message.Op op, boolean withinBytes, Room entered) {
        if (!withinBytes) {
            entered.refuse(
                    this,
                    ErrorCode.RATE_LIMITED,
                    "more than " + limits.connections().opBytesPerSecond()
                            + " bytes a second; send it again a little later",
                    op.seq());
        } else if (rate.take(System.nanoTime())) {
            entered.receive(this, op);
        } else {
            entered.refuse(
                    this,
                    ErrorCode.RATE_LIMITED,
                    "more than " + limits.connections().opsPerSecond() + " ops a second; send it again a little later",
                    op.seq());
        }
    }
}
