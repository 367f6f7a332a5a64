package dev.concord.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who is notified of a session. What one of them throws is nothing to the others, nor to the connection. Listeners are added and removed by any
 * thread, and notified on the session's loop.
 */
final class Listeners {
    private final List<SessionListener> all;
    /** The news of which everybody is being notified, and after it what listeners have caused meanwhile. */
    private final Deque<Consumer<SessionListener>> queue = new ArrayDeque<>();

    private long states;

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
            tell(listener, news);
        }
    }

    /** Everybody gets such news in one order: what a listener causes comes after what it answers, and perhaps after this returns. */
    void notifyInOrder(Consumer<SessionListener> news) {
        queue.add(news);
        if (queue.size() == 1) {
            for (; !queue.isEmpty(); queue.remove()) {
                notify(queue.element());
            }
        }
    }

    /** Such news replaces what came before: where a listener causes some, those after it are notified of the latest only. */
    void notifyOfLatest(Consumer<SessionListener> news) {
        long state = ++states;
        for (SessionListener listener : all) {
            if (state == states) {
                tell(listener, news);
            }
        }
    }

    private static void tell(SessionListener listener, Consumer<SessionListener> news) {
        try {
            news.accept(listener);
        } catch (RuntimeException | Error e) {
            report(e);
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
