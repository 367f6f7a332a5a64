package dev.concord.server.room;

import dev.concord.store.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Points at which calls fail, numbered in the order in which they are made; a point fails before or after it has done its work. Nothing is
 * counted and nothing fails unless armed. Thread-safe.
 */
final class Seams {
    static final class PlantedException extends RuntimeException {
        private PlantedException() {
            super("planted");
        }
    }

    static final class PlantedError extends Error {
        private PlantedError() {
            super("planted");
        }
    }

    /** How a point fails. */
    enum Kind {
        EXCEPTION_BEFORE,
        EXCEPTION_AFTER,
        ERROR_BEFORE,
        ERROR_AFTER;

        private boolean isBefore() {
            return this == EXCEPTION_BEFORE || this == ERROR_BEFORE;
        }

        private boolean isError() {
            return this == ERROR_BEFORE || this == ERROR_AFTER;
        }
    }

    /** What is to fail. */
    interface Plan {
        boolean fails(int point);
    }

    private Plan plan = point -> false;
    private Kind kind = Kind.EXCEPTION_BEFORE;
    private boolean armed;
    private int points;
    private final Map<String, Integer> calls = new TreeMap<>();
    private final StringBuilder failed = new StringBuilder();

    /** Counts from 1 again, and fails as planned from now on. */
    synchronized void arm(Plan what, Kind how) {
        plan = what;
        kind = how;
        points = 0;
        calls.clear();
        failed.setLength(0);
        armed = true;
    }

    /** Nothing fails from now on. */
    synchronized void disarm() {
        armed = false;
    }

    /** Does something that has no points. */
    <T> T without(Supplier<T> work) {
        boolean before;
        synchronized (this) {
            before = armed;
            armed = false;
        }
        try {
            return work.get();
        } finally {
            synchronized (this) {
                armed = before;
            }
        }
    }

    /** How many points were passed while armed. */
    synchronized int points() {
        return points;
    }

    /** The names of the points that were passed while armed. */
    synchronized Set<String> names() {
        return Set.copyOf(calls.keySet());
    }

    /** What has failed, for messages. */
    synchronized String failed() {
        return failed.toString();
    }

    /** Something whose methods are points, all but some. */
    <T> T seam(Class<T> type, T real, String... except) {
        Set<String> plain = Set.of(except);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Supplier<Object> call = () -> invoke(method, real, given);
                    boolean isPoint = method.getDeclaringClass() != Object.class && !plain.contains(method.getName());
                    return isPoint ? at(type.getSimpleName() + '.' + method.getName(), call) : call.get();
                }));
    }

    /** Calls a method, and throws what it throws. */
    static Object invoke(Method method, Object real, Object[] given) {
        try {
            return method.invoke(real, given);
        } catch (InvocationTargetException e) {
            throw unchecked(e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** A point around some work. */
    <T> T at(String name, Supplier<T> work) {
        return at(name, work, PlantedException::new);
    }

    /** A point that fails, if it does, without doing anything. */
    void refusal(String name, Runnable work) {
        Kind how = next(name);
        if (how != null) {
            fail(how, PlantedException::new);
        }
        work.run();
    }

    /** A point that fails with an exception of its own kind, unless with an error. */
    <T> T at(String name, Supplier<T> work, Supplier<RuntimeException> exception) {
        Kind how = next(name);
        if (how != null && how.isBefore()) {
            fail(how, exception);
        }
        T result = work.get();
        if (how != null) {
            if (result instanceof Frames.Frame frame) {
                // Who throws hands nothing out.
                frame.release();
            }
            fail(how, exception);
        }
        return result;
    }

    /** How the point fails to which a call has come now; null when it does not. */
    private synchronized Kind next(String name) {
        if (!armed) {
            return null;
        }
        points++;
        calls.merge(name, 1, Integer::sum);
        if (!plan.fails(points)) {
            return null;
        }
        failed.append(' ').append(name).append(' ').append(kind);
        return kind;
    }

    private static void fail(Kind how, Supplier<RuntimeException> exception) {
        if (how.isError()) {
            throw new PlantedError();
        }
        throw exception.get();
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error fault) {
            throw fault;
        }
        if (thrown instanceof RuntimeException fault) {
            return fault;
        }
        throw new AssertionError(thrown);
    }

    /** Does what a thread of the server's does, which logs what is thrown and goes on. */
    static void asThread(Runnable work) {
        try {
            work.run();
        } catch (PlantedException | PlantedError | StoreException logged) {
            // The next task comes all the same.
        }
    }
}
