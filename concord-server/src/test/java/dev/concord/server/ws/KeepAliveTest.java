package dev.concord.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.Limits;
import dev.concord.server.config.TestLimits;
import dev.concord.server.input.InputBudget;
import dev.concord.server.room.Close;
import dev.concord.server.room.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that only read, over minutes of simulated time, in the pipeline of a real connection. */
class KeepAliveTest {
    private static final int SECONDS = 180;

    private final Limits limits = new TestLimits().build();
    private final long pingEvery = limits.connections().idle().toSeconds() / 3;
    private final NettyFrames frames = new NettyFrames(UnpooledByteBufAllocator.DEFAULT);
    private final InputBudget budget = new InputBudget(1 << 20, 1 << 20);
    private final Unfinished unfinished = new Unfinished(budget.open(null, () -> {}));
    private final EmbeddedChannel channel = new EmbeddedChannel();
    /** When each ping went out, in seconds. */
    private final List<Integer> pings = new ArrayList<>();

    private int closeCode;
    private WebSocketConnection connection;

    @BeforeEach
    void open() {
        channel.freezeTime();
        channel.pipeline().addLast("http", new ChannelInboundHandlerAdapter());
        connection = new WebSocketConnection("r", limits, unfinished);
        connection.install(channel.pipeline(), channel.pipeline().context("http"));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void pass(boolean busy, boolean answers) {
        for (int second = 1; second <= SECONDS && channel.isOpen(); second++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            if (busy) {
                Frames.Frame frame = frames.encode("{}".getBytes(UTF_8));
                connection.send(frame);
                connection.flush();
                frame.release();
            }
            for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                if (out instanceof PingWebSocketFrame) {
                    pings.add(second);
                    if (answers) {
                        channel.writeInbound(new PongWebSocketFrame());
                    }
                } else if (out instanceof CloseWebSocketFrame end) {
                    closeCode = end.statusCode();
                } else {
                    assertTrue(out instanceof ByteBuf, "an encoded frame");
                }
                ReferenceCountUtil.release(out);
            }
        }
    }

    private void assertPinged() {
        int last = 0;
        for (int ping : pings) {
            assertTrue(ping - last <= pingEvery, "pings at " + pings);
            last = ping;
        }
        assertTrue(SECONDS - last <= pingEvery, "pings at " + pings);
    }

    @Test
    void aSilentMemberThatAnswersPingsStays() {
        pass(false, true);
        assertTrue(channel.isOpen());
        assertPinged();
    }

    @Test
    void aMemberThatReceivesMuchAndSaysNothingStays() {
        pass(true, true);
        assertTrue(channel.isOpen(), "closed with " + closeCode);
        assertPinged();
    }

    @Test
    void aMemberThatAnswersNothingIsClosed() {
        pass(false, false);
        assertEquals(Close.IDLE.code(), closeCode);
        assertFalse(channel.isOpen());
    }

    @Test
    void aMemberThatReceivesMuchAndAnswersNothingIsClosed() {
        pass(true, false);
        assertEquals(Close.IDLE.code(), closeCode);
        assertFalse(channel.isOpen());
    }

    /** Whoever sends parts without an end, and answers pings between them, is closed as if there were nothing. */
    @Test
    void aMessageThatNeverEndsIsNoSignOfLife() {
        channel.pipeline()
                .addFirst(new FrameDecoder(
                        WebSocketDecoderConfig.newBuilder()
                                .maxFramePayloadLength(1 << 20)
                                .build(),
                        unfinished));
        // Masked with zeros: the beginning of a text, and later further parts of it.
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x01, (byte) 0x81, 0, 0, 0, 0, '{'}));
        int second = 0;
        for (; second < SECONDS && channel.isOpen(); second++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x00, (byte) 0x81, 0, 0, 0, 0, ' '}));
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0}));
            }
        }
        assertFalse(channel.isOpen());
        assertTrue(second <= limits.connections().idle().toSeconds(), "after " + second + " s");
        assertEquals(0, budget.bytes());
    }

    @Test
    void nothingIsScheduledForAConnectionThatIsGone() {
        channel.close();
        channel.runPendingTasks();
        channel.advanceTimeBy(SECONDS, TimeUnit.SECONDS);
        assertEquals(-1, channel.runScheduledPendingTasks());
        assertEquals(List.of(), pings);
    }

    @Test
    void whatTheConnectionWritesDoesNotPassARemovedHandler() {
        assertFalse(channel.pipeline().names().contains("http"));
        assertEquals(channel.pipeline().lastContext(), connection.context());
    }
}
