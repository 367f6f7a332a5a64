package dev.concord.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.TestLimits;
import dev.concord.server.input.InputBudget;
import dev.concord.server.room.Close;
import dev.concord.server.room.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection without a room, or whose room is still being loaded. */
class WebSocketConnectionTest {
    private final TestLimits limits = new TestLimits();
    private final InputBudget budget = new InputBudget(1 << 20, 1 << 20);
    private final Unfinished unfinished = new Unfinished(budget.open(null, () -> {}));
    private final NettyFrames frames = new NettyFrames(UnpooledByteBufAllocator.DEFAULT);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final WebSocketConnection connection = new WebSocketConnection("r", limits.build(), unfinished);

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
        stuck.freezeTime();
        WebSocketConnection member = new WebSocketConnection("r", limits.build(), unfinished);
        stuck.pipeline().addLast(member);

        member.close(Close.IDLE);
        stuck.runPendingTasks();
        assertTrue(stuck.isOpen());
        stuck.advanceTimeBy(limits.handshake.toMillis(), TimeUnit.MILLISECONDS);
        stuck.runScheduledPendingTasks();
        assertFalse(stuck.isOpen());
        stuck.finishAndReleaseAll();
    }

    @Test
    void smallFramesOfOneTurnAreWrittenTogetherAndInOrder() {
        StringBuilder sent = new StringBuilder();
        // More than one copy holds, with a long one among them.
        for (int i = 0; i < 1000; i++) {
            String text = i == 500 ? "x".repeat(5000) : "message " + i;
            send(text);
            sent.append(text).append('\n');
        }
        assertNull(channel.readOutbound());
        connection.flush();
        int writes = 0;
        StringBuilder read = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            writes++;
            while (bytes.isReadable()) {
                read.append(readText(bytes)).append('\n');
            }
            bytes.release();
        }
        assertEquals(sent.toString(), read.toString());
        assertTrue(writes < 10, () -> "many writes");
    }

    @Test
    void whatWasSentComesBeforeTheClose() {
        send("a");
        send("b");
        connection.close(Close.IDLE);
        ByteBuf bytes = channel.readOutbound();
        assertEquals("a", readText(bytes));
        assertEquals("b", readText(bytes));
        bytes.release();
        CloseWebSocketFrame close = assertInstanceOf(CloseWebSocketFrame.class, channel.readOutbound());
        assertEquals(Close.IDLE.code(), close.statusCode());
        close.release();
    }

    @Test
    void whatIsNotWrittenYetCountsAgainstTheBound() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(50, 100));
        assertTrue(connection.isWritable());
        send("x".repeat(60));
        assertTrue(connection.isWritable());
        send("x".repeat(60));
        assertFalse(connection.isWritable());
        connection.flush();
        assertTrue(connection.isWritable());
    }

    @Test
    void aConnectionThatEndsGivesBackWhatWasNotWritten() {
        NettyFrames.NettyFrame frame = (NettyFrames.NettyFrame) frames.encode("a".getBytes(UTF_8));
        connection.send(frame);
        assertEquals(2, frame.bytes.refCnt());
        channel.close();
        assertEquals(1, frame.bytes.refCnt());
        frame.release();
    }

    private void send(String text) {
        Frames.Frame frame = frames.encode(text.getBytes(UTF_8));
        connection.send(frame);
        frame.release();
    }

    /** Reads one unmasked text frame. */
    private static String readText(ByteBuf bytes) {
        assertEquals(0x81, bytes.readUnsignedByte());
        int length = bytes.readUnsignedByte();
        return bytes.readCharSequence(length == 126 ? bytes.readUnsignedShort() : length, UTF_8)
                .toString();
    }
}
