package dev.concord.server.room;

import dev.concord.crdt.Operation;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices when members delete much of a text in one go: more than 500 UTF-16 units, or at least half of the text. Deletes with less than 2 s
 * between them count as one go, since one edit may be many ops. What is deleted of a text of up to 20 units, or within 10 s of the
 * last large deletion, is left out: a room that is filled and emptied all the time would keep all of it. On the room's loop.
 */
final class LargeDeletions {
    private static final int LARGE = 500;
    private static final int SMALL_TEXT = 20;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final RoomContext context;
    private final Deletions listener;
    private Operation.@Nullable Delete first;
    private int before;
    private int removed;
    private boolean known;
    private long last;
    private long lastKnown;
    private boolean resting;

    LargeDeletions(RoomContext context, Deletions listener) {
        this.context = context;
        this.listener = listener;
    }

    /** A member's delete was applied; it made the text, which had so many UTF-16 units, so much shorter. */
    void applied(Operation.Delete delete, int length, int shorter) {
        if (shorter == 0) {
            return;
        }
        long now = context.loop().nanoTime();
        if (first == null || now - last > PAUSE_NANOS) {
            first = delete;
            before = length;
            removed = 0;
            known = false;
        }
        last = now;
        removed += shorter;
        boolean large = removed > LARGE || (before > SMALL_TEXT && removed >= before - removed);
        if (large && !known) {
            known = true;
            if (!resting || now - lastKnown > REST_NANOS) {
                resting = true;
                lastKnown = now;
                listener.deleted(context, first, removed);
            }
        }
    }
}
