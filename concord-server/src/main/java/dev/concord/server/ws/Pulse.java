package dev.concord.server.ws;

import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Tells a member to which nothing else was sent for a while that its connection lives: scripts in browsers do not see pings. Sending costs
 * a look at the clock; the one timer of a connection fires once in that time, however much is sent. The connection's loop only.
 */
final class Pulse {
    /** Of silence. Clients give a connection up after 45 s, so that one pulse may be late. */
    static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final byte[] JSON = WireCodec.write(new Message.Pulse());

    private final ChannelHandlerContext context;
    private long sentNanos;
    private Future<?> timer;

    /**
     * Begins to count.
     *
     * @param context through which pulses go out
     */
    Pulse(ChannelHandlerContext context) {
        this.context = context;
        this.sentNanos = now();
        this.timer = schedule(EVERY_NANOS);
    }

    /** A frame with a message goes out. */
    void sent() {
        sentNanos = now();
    }

    void stop() {
        timer.cancel(false);
    }

    private void fire() {
        long silent = now() - sentNanos;
        if (silent >= EVERY_NANOS) {
            // What waits for a slow reader is a sign of life when it comes.
            if (context.channel().isWritable()) {
                ByteBuf json = context.alloc().buffer(JSON.length).writeBytes(JSON);
                context.writeAndFlush(new TextWebSocketFrame(json), context.voidPromise());
            }
            sentNanos = now();
            silent = 0;
        }
        timer = schedule(EVERY_NANOS - silent);
    }

    private Future<?> schedule(long nanos) {
        return context.executor().schedule(this::fire, nanos, TimeUnit.NANOSECONDS);
    }

    private long now() {
        return context.executor().ticker().nanoTime();
    }
}
