package dev.concord.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.Authorizer;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.config.TestLimits;
import dev.concord.server.input.InputBudget;
import dev.concord.server.room.Absence;
import dev.concord.server.room.Close;
import dev.concord.server.room.Frames;
import dev.concord.server.room.HandCrankedLoop;
import dev.concord.server.room.RecordedEvents;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.room.TestRooms;
import dev.concord.store.OpLog;
import dev.concord.store.OpLogLimits;
import dev.concord.store.memory.MemoryRoomStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member that is sent little gets, over simulated time, in a real room and pipeline. */
class PulseTest {
    private final TestLimits limits = new TestLimits();
    private final NettyFrames frames = new NettyFrames(UnpooledByteBufAllocator.DEFAULT);
    private final HandCrankedLoop loop = new HandCrankedLoop();
    private final MemoryRoomStore store = new MemoryRoomStore();
    private final OpLog log = OpLog.start(store, OpLogLimits.DEFAULT, failures -> 0);
    private final RoomDirectory rooms = TestRooms.directory(
            store, log, Runnable::run, id -> loop, frames, new RecordedEvents(), limits.build(), Cluster.solo());
    private final InputBudget budget = new InputBudget(1 << 20, 1 << 20);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final WebSocketConnection connection =
            new WebSocketConnection("r", limits.build(), new Unfinished(budget.open(null, () -> {})));
    private int second;

    @BeforeEach
    void open() {
        channel.freezeTime();
        channel.pipeline().addLast("http", new ChannelInboundHandlerAdapter());
        connection.install(channel.pipeline(), channel.pipeline().context("http"));
        connection.identify(new Access(Authorizer.OPEN), null, () -> {});
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        loop.run();
        log.close(Duration.ZERO);
    }

    private void join() {
        rooms.run("r", true, new RoomCallback() {
            @Override
            public void enter(Room room) {
                connection.joined(room, null);
            }

            @Override
            public void absent(Absence reason) {
                throw new AssertionError(reason);
            }
        });
        loop.run();
    }

    /** Lets a second pass; returns the pulses in it. Everything else of the room is taken for a message. */
    private List<String> pass(List<Integer> messages) {
        second++;
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        List<String> texts = new ArrayList<>();
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            if (out instanceof TextWebSocketFrame text) {
                texts.add(text.text());
            } else if (out instanceof PingWebSocketFrame) {
                channel.writeInbound(new PongWebSocketFrame());
            } else if (out instanceof ByteBuf) {
                messages.add(second);
            }
            ReferenceCountUtil.release(out);
        }
        return texts;
    }

    private List<Integer> pulses(int seconds) {
        List<Integer> at = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            List<String> texts = pass(new ArrayList<>());
            if (!texts.isEmpty()) {
                assertEquals(List.of("{\"t\":\"pulse\"}"), texts);
                at.add(second);
            }
        }
        return at;
    }

    private void say() {
        Frames.Frame frame = frames.encode("{}".getBytes(UTF_8));
        connection.send(frame);
        connection.flush();
        frame.release();
    }

    @Test
    void aMemberThatIsSentNothingGetsAPulseEveryTwentySeconds() {
        join();
        assertEquals(List.of(20, 40, 60, 80, 100), pulses(110));
    }

    @Test
    void nothingGoesOutBeforeTheFirstSync() {
        assertEquals(List.of(), pulses(45));
        List<Integer> messages = new ArrayList<>();
        join();
        pass(messages);
        assertEquals(List.of(46), messages);
        assertEquals(List.of(65), pulses(30));
    }

    @Test
    void theTwentySecondsBeginWithWhatWasSentLast() {
        join();
        assertEquals(List.of(), pulses(15));
        say();
        assertEquals(List.of(), pulses(19));
        say();
        assertEquals(List.of(54), pulses(25));
    }

    @Test
    void whoeverIsSentEnoughGetsNone() {
        join();
        for (int i = 0; i < 20; i++) {
            assertEquals(List.of(), pulses(19));
            say();
        }
    }

    @Test
    void nobodyWhoReadsNothingFillsTheQueueWithPulses() {
        join();
        pass(new ArrayList<>());
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        assertEquals(List.of(), pulses(100));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        assertEquals(List.of(120), pulses(25));
    }

    @Test
    void nothingIsScheduledForAConnectionThatIsGone() {
        join();
        assertEquals(List.of(), pulses(1));
        connection.close(Close.RESTARTING);
        loop.run();
        pass(new ArrayList<>());
        channel.advanceTimeBy(limits.handshake.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertTrue(!channel.isOpen());
        assertEquals(-1, channel.runScheduledPendingTasks());
    }
}
