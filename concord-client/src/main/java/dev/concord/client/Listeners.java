package dev.concord.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who is notified of a session. What one of them throws is nothing to the others, nor to the connection. Thread-safe. */
final class Listeners {
    private final List<SessionListener> all;

    Listeners(List<SessionListener> first) {
        all = new CopyOnWriteArrayList<>(first);
    }

    void add(SessionListener listener) {
        all.add(listener);
    }

    void remove(SessionListener listener) {
        all.remove(listener);
    }

    void notify(Consumer<SessionListener> news) {
        for (SessionListener listener : all) {
            try {
                news.accept(listener);
            } catch (RuntimeException | Error e) {
                report(e);
            }
        }
    }

    /** What the handler throws is ignored, as the JVM does. */
    private static void report(Throwable fault) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        } catch (RuntimeException | Error e) {
            // Nobody is left to take it.
        }
    }
}
