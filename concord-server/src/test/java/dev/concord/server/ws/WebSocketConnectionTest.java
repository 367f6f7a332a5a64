package dev.concord.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.TestLimits;
import dev.concord.server.room.Close;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection whose room is still being loaded. */
class WebSocketConnectionTest {
    private final TestLimits limits = new TestLimits();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final WebSocketConnection connection =
            new WebSocketConnection(channel.pipeline().firstContext(), "r", limits.build());

    WebSocketConnectionTest() {
        channel.pipeline().addLast(connection);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void setWritable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
    }

    @Test
    void aPingIsAnsweredAsLongAsSomebodyReads() {
        channel.writeInbound(new PingWebSocketFrame(Unpooled.copiedBuffer("hi", UTF_8)));
        PongWebSocketFrame pong = channel.readOutbound();
        assertEquals("hi", pong.content().toString(UTF_8));
        pong.release();

        setWritable(false);
        for (int i = 0; i < 1_000; i++) {
            channel.writeInbound(new PingWebSocketFrame());
        }
        setWritable(true);
        channel.flush();
        assertNull(channel.readOutbound());
    }

    @Test
    void whatWaitsForTheRoomIsBoundedEmptyFramesIncluded() {
        for (int i = 0; i < 1 << 20 && channel.outboundMessages().isEmpty(); i++) {
            channel.writeInbound(new TextWebSocketFrame(""));
        }
        CloseWebSocketFrame close = assertInstanceOf(CloseWebSocketFrame.class, channel.readOutbound());
        assertEquals(Close.OVERLOADED.code(), close.statusCode());
        close.release();
        assertFalse(channel.isOpen());
    }

    @Test
    void aPeerThatDoesNotReadTheCloseIsCutOff() {
        setWritable(false);
        EmbeddedChannel stuck = new EmbeddedChannel(new io.netty.channel.ChannelOutboundHandlerAdapter() {
            @Override
            public void write(
                    io.netty.channel.ChannelHandlerContext context,
                    Object frame,
                    io.netty.channel.ChannelPromise promise) {
                io.netty.util.ReferenceCountUtil.release(frame);
            }
        });
        stuck.pipeline().addLast("here", new ChannelInboundHandlerAdapter());
        stuck.freezeTime();
        WebSocketConnection member = new WebSocketConnection(stuck.pipeline().context("here"), "r", limits.build());
        stuck.pipeline().addLast(member);

        member.close(Close.IDLE);
        stuck.runPendingTasks();
        assertTrue(stuck.isOpen());
        stuck.advanceTimeBy(limits.handshake.toMillis(), TimeUnit.MILLISECONDS);
        stuck.runScheduledPendingTasks();
        assertFalse(stuck.isOpen());
        stuck.finishAndReleaseAll();
    }
}
