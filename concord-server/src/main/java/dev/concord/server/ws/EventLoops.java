package dev.concord.server.ws;

import dev.concord.server.room.RoomLoop;
import dev.concord.server.room.RoomLoops;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Netty's event loops as room loops: a room's loop is chosen by the hash of its id. Thread-safe. */
public final class EventLoops implements RoomLoops {
    private record NettyLoop(EventLoop eventLoop) implements RoomLoop {
        @Override
        public void execute(Runnable task) {
            eventLoop.execute(task);
        }

        @Override
        public void schedule(Runnable task, Duration delay) {
            eventLoop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }

    private final NettyLoop[] loops;

    /**
     * The loops of a group.
     *
     * @param group has event loops only
     */
    public EventLoops(Iterable<? extends EventExecutor> group) {
        List<NettyLoop> all = new ArrayList<>();
        group.forEach(executor -> all.add(new NettyLoop((EventLoop) executor)));
        loops = all.toArray(new NettyLoop[0]);
    }

    @Override
    public RoomLoop of(String roomId) {
        return nettyLoop(roomId);
    }

    /** The event loop of a room and its members. */
    EventLoop eventLoop(String roomId) {
        return nettyLoop(roomId).eventLoop();
    }

    private NettyLoop nettyLoop(String roomId) {
        return loops[Math.floorMod(roomId.hashCode(), loops.length)];
    }
}
