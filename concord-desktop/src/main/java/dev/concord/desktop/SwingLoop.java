package dev.concord.desktop;

import dev.concord.client.Loop;
import java.awt.EventQueue;
import java.util.concurrent.TimeUnit;

/** Swing's event thread as the loop of sessions. */
final class SwingLoop implements Loop {
    @Override
    public void execute(Runnable task) {
        EventQueue.invokeLater(task);
    }

    @Override
    public Timer schedule(Runnable task, long delayMillis) {
        javax.swing.Timer timer = new javax.swing.Timer((int) delayMillis, event -> task.run());
        timer.setRepeats(false);
        timer.start();
        return timer::stop;
    }

    @Override
    public long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public boolean isCurrent() {
        return EventQueue.isDispatchThread();
    }
}
