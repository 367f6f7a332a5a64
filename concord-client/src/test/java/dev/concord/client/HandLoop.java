package dev.concord.client;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A loop whose time passes only when the test says so. */
final class HandLoop implements Loop {
    private record Task(long due, long order, Runnable work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return due != other.due ? Long.compare(due, other.due) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now = 1_000_000;
    private long order;
    boolean current = true;
    /** How far the clock that processes read has jumped. */
    long skew;

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    @Override
    public Timer schedule(Runnable work, long delayMillis) {
        Task task = new Task(now + delayMillis, order++, work);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    @Override
    public long millis() {
        return now;
    }

    @Override
    public boolean isCurrent() {
        return current;
    }

    /** Lets time pass and runs what is due meanwhile. */
    void advance(long millis) {
        long end = now + millis;
        while (!tasks.isEmpty() && tasks.peek().due() <= end) {
            Task task = tasks.remove();
            now = Math.max(now, task.due());
            task.work().run();
        }
        now = end;
    }

    /** Runs what is due now. */
    void settle() {
        advance(0);
    }

    /** A view whose tasks stop running when its process is killed, and wait while it is frozen. */
    Killable process() {
        return new Killable(this);
    }

    static final class Killable implements Loop {
        private final HandLoop world;
        private final List<Runnable> parked = new ArrayList<>();
        private boolean dead;
        private boolean frozen;

        private Killable(HandLoop world) {
            this.world = world;
        }

        void kill() {
            dead = true;
        }

        boolean isDead() {
            return dead;
        }

        boolean isFrozen() {
            return frozen;
        }

        void freeze() {
            frozen = true;
        }

        void resume() {
            frozen = false;
            List<Runnable> late = List.copyOf(parked);
            parked.clear();
            late.forEach(world::execute);
        }

        @Override
        public void execute(Runnable task) {
            schedule(task, 0);
        }

        @Override
        public Timer schedule(Runnable task, long delayMillis) {
            AtomicBoolean cancelled = new AtomicBoolean();
            Timer timer = world.schedule(() -> run(task, cancelled), delayMillis);
            return () -> {
                cancelled.set(true);
                timer.cancel();
            };
        }

        private void run(Runnable task, AtomicBoolean cancelled) {
            if (dead || cancelled.get()) {
                return;
            }
            if (frozen) {
                parked.add(() -> run(task, cancelled));
            } else {
                task.run();
            }
        }

        @Override
        public long millis() {
            return world.millis() + world.skew;
        }

        @Override
        public boolean isCurrent() {
            return world.isCurrent();
        }
    }
}
