package dev.concord.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What a start has opened so far. When the start fails, all of it is closed, the newest first; each fault of that is added to the failure,
 * and keeps nothing from being closed. Not thread-safe.
 */
final class Opened {
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final Consumer<String> steps;

    /**
     * Nothing opened yet.
     *
     * @param steps is given the name of each thing once it is open; what it throws fails the start
     */
    Opened(Consumer<String> steps) {
        this.steps = steps;
    }

    /**
     * Notes what has been opened.
     *
     * @param name of the step
     * @param thing just opened
     * @param close what gives back all that it holds
     * @return the thing
     */
    <T> T add(String name, T thing, Consumer<? super T> close) {
        closings.push(() -> close.accept(thing));
        steps.accept(name);
        return thing;
    }

    /** Closes everything. */
    void closeAfter(Throwable failure) {
        Closing closing = new Closing(failure);
        while (!closings.isEmpty()) {
            closing.step(closings.pop());
        }
    }
}
