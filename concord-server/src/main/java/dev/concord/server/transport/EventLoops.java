package dev.concord.server.transport;

import dev.concord.server.room.RoomLoop;
import dev.concord.server.room.RoomLoops;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Netty's event loops as room loops: a room's loop is chosen by the hash of its id. */
final class EventLoops implements RoomLoops {
    /** One event loop. */
    record NettyLoop(EventLoop eventLoop) implements RoomLoop {
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

    EventLoops(Iterable<? extends io.netty.util.concurrent.EventExecutor> group) {
        java.util.List<NettyLoop> all = new java.util.ArrayList<>();
        group.forEach(executor -> all.add(new NettyLoop((EventLoop) executor)));
        loops = all.toArray(new NettyLoop[0]);
    }

    @Override
    public NettyLoop of(String roomId) {
        return loops[Math.floorMod(roomId.hashCode(), loops.length)];
    }
}
