package dev.concord.server.room;

import java.util.ArrayDeque;
import java.util.Deque;

/** The server's own edits that wait to become durable, oldest first. The room's loop only. */
final class ServerEdits {
    private record Waiting(long target, ServerEdit edit) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /**
     * Tells an edit once so many of the room's ops are durable.
     *
     * @param target the number of its last op, among those that the room has appended
     */
    void expect(long target, ServerEdit edit) {
        waiting.add(new Waiting(target, edit));
    }

    /** So many of the room's ops are durable. */
    void reached(long durable) {
        while (!waiting.isEmpty() && waiting.peek().target() <= durable) {
            waiting.remove().edit().done(ServerEdit.Outcome.STORED);
        }
    }

    /** Nothing more will be heard of what waits. */
    void abandon() {
        while (!waiting.isEmpty()) {
            waiting.remove().edit().done(ServerEdit.Outcome.UNKNOWN);
        }
    }
}
