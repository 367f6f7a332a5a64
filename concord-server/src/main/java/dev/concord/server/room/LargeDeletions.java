package dev.concord.server.room;

import dev.concord.crdt.Operation;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Detects large deletions: one member deletes more than 500 UTF-16 units, or at least half of the text, in a burst. A burst is a series of
 * deletes of one member with at most 2 s between them and no insert, because one edit may be many ops; corrections while typing are no burst.
 * By proportion, only texts of more than 20 units count, and after a large deletion none is reported for 10 s: a room that is filled and
 * emptied all the time would otherwise keep a version each time. On the room's loop.
 */
final class LargeDeletions {
    private static final int LARGE = 500;
    private static final int SMALL_TEXT = 20;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What one member has deleted without a pause. */
    private static final class Go {
        final Operation.Delete first;
        final int before;
        int removed;
        boolean known;
        long last;

        Go(Operation.Delete first, int before) {
            this.first = first;
            this.before = before;
        }

        boolean isLarge() {
            return removed > LARGE || (before > SMALL_TEXT && removed >= before - removed);
        }
    }

    private final RoomContext context;
    private final Deletions listener;
    /** Of those who deleted last. A member that has left is forgotten with its connection. */
    private final Map<Member, Go> goes = new WeakHashMap<>();

    private long lastKnown;
    private boolean resting;

    LargeDeletions(RoomContext context, Deletions listener) {
        this.context = context;
        this.listener = listener;
    }

    /** A member's op was applied to a text of so many UTF-16 units; a delete made it so much shorter. */
    void applied(Member member, Operation operation, int length, int shorter) {
        if (!(operation instanceof Operation.Delete delete)) {
            if (!goes.isEmpty()) {
                goes.remove(member);
            }
        } else if (shorter > 0) {
            deleted(member, delete, length, shorter);
        }
    }

    private void deleted(Member member, Operation.Delete delete, int length, int shorter) {
        long now = context.loop().nanoTime();
        Go go = goes.get(member);
        if (go == null || now - go.last > PAUSE_NANOS) {
            go = new Go(delete, length);
            goes.put(member, go);
        }
        go.last = now;
        go.removed += shorter;
        if (go.isLarge() && !go.known) {
            go.known = true;
            if (!resting || now - lastKnown > REST_NANOS) {
                resting = true;
                lastKnown = now;
                listener.deleted(context, go.first, go.removed);
            }
        }
    }
}
