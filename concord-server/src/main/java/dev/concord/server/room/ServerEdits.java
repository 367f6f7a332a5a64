package dev.concord.server.room;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** The server's own edits that wait to become durable, oldest first. The room's loop only. */
final class ServerEdits {
    private record Waiting(long target, CompletableFuture<EditOutcome> outcome) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /**
     * Completes once so many of the room's ops are durable.
     *
     * @param target the number of the edit's last op, among those that the room has appended
     */
    CompletableFuture<EditOutcome> expect(long target) {
        CompletableFuture<EditOutcome> outcome = new CompletableFuture<>();
        waiting.add(new Waiting(target, outcome));
        return outcome;
    }

    /** So many of the room's ops are durable. */
    void reached(long durable) {
        while (!waiting.isEmpty() && waiting.peek().target() <= durable) {
            waiting.remove().outcome().complete(EditOutcome.STORED);
        }
    }

    /** Nothing more will be known of what waits. */
    void abandon() {
        while (!waiting.isEmpty()) {
            waiting.remove().outcome().complete(EditOutcome.UNKNOWN);
        }
    }
}
