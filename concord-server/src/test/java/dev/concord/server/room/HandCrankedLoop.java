package dev.concord.server.room;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop and its clock that move when a test says so. Tasks may come from any thread; they run on the test's. */
public final class HandCrankedLoop implements RoomLoop {
    private record Timer(long dueNanos, long order, Runnable task) {}

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.comparing(Timer::dueNanos, (a, b) -> Long.signum(a - b)).thenComparing(Timer::order));
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos();
    private long timersMade;

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public synchronized void schedule(Runnable task, Duration delay) {
        timers.add(new Timer(nowNanos + delay.toNanos(), timersMade++, task));
    }

    /** Starts twenty seconds before the clock overflows, as {@link System#nanoTime} may. */
    @Override
    public synchronized long nanoTime() {
        return nowNanos;
    }

    /** Runs one task, if there is one. */
    public boolean runOne() {
        Runnable task;
        synchronized (this) {
            task = tasks.poll();
        }
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs all tasks, those that they add included. */
    public void run() {
        for (boolean more = true; more; ) {
            more = runOne();
        }
    }

    /** Lets time pass, running timers and tasks when they are due. */
    public void pass(Duration time) {
        run();
        long end = nanoTime() + time.toNanos();
        for (Timer next = due(end); next != null; next = due(end)) {
            next.task().run();
            run();
        }
    }

    public synchronized int timers() {
        return timers.size();
    }

    private synchronized Timer due(long endNanos) {
        Timer next = timers.peek();
        if (next == null || next.dueNanos() - endNanos > 0) {
            nowNanos = endNanos;
            return null;
        }
        nowNanos = next.dueNanos();
        return timers.remove();
    }
}
